"""What a class shows of its tests: how hard each is, how well it tells, which mistakes are shared.."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from grader.model import Outcome, TaskReport
from grader.reports import text
from grader.reports.standing import Standing

MOST = 15  # rows of a ranked table
ENOUGH = 10  # students from which on a correlation says anything
BINS = 10  # of the distribution


class Count(NamedTuple):
    """A mistake or a claim, and the number of students."""

    task: str
    words: str
    students: int


class TaskRow(NamedTuple):
    """How a class did on one task."""

    id: str
    title: str
    max_score: float
    passed: int
    attempted: int
    mean: float


class TestRow(NamedTuple):
    """How a class did in one test."""

    task: str
    id: str
    claim: str
    visibility: str
    passed: int
    of: int
    difficulty: float  # the share that does not pass
    discrimination: float | None  # correlation with the points of all other tests; None where it says nothing


class _Sums:
    """What a correlation of passing with the rest of the score needs."""

    def __init__(self, task: str, test_id: str, claim: str, visibility: str) -> None:
        self.task, self.id, self.claim, self.visibility = task, test_id, claim, visibility
        self.n = self.passed = 0
        self.y = self.yy = self.xy = 0.0

    def add(self, passed: bool, rest: float) -> None:
        self.n += 1
        self.passed += passed
        self.y += rest
        self.yy += rest * rest
        self.xy += rest * passed

    def row(self) -> TestRow:
        spread = (self.passed * (self.n - self.passed)) * (self.n * self.yy - self.y**2)
        telling = None
        if self.n >= ENOUGH and spread > 1e-9 * max(1.0, self.n**2 * self.yy):
            telling = (self.n * self.xy - self.passed * self.y) / math.sqrt(spread)
        hard = 1 - self.passed / self.n if self.n else 0.0
        return TestRow(self.task, self.id, self.claim, self.visibility, self.passed, self.n, hard, telling)


class Items:
    """Sums over a class, one row after the other."""

    def __init__(self) -> None:
        self.students = self.handed_in = self.right = 0
        self.in_doubt = 0  # students whose best attempt may be one that the grader failed at
        self.hidden = False
        self.top = 0.0
        self.course = self.chapter = ""
        self.outcomes: Counter[Outcome] = Counter()
        self.used: set[Outcome] = set()
        self._scores: Counter[float] = Counter()
        self._tasks: dict[str, list[float]] = {}  # passed, attempted, sum, how many, most
        self._titles: dict[str, str] = {}
        self._tests: dict[tuple[str, str], _Sums] = {}
        self._mistakes: Counter[tuple[str, str]] = Counter()
        self._claims: Counter[tuple[str, str]] = Counter()

    def add(self, standing: Standing) -> None:
        """Takes in one student's row."""
        report = standing.report
        self.students += 1
        self.handed_in += standing.submitted
        self.right += report.outcome is Outcome.PASSED
        self.in_doubt += standing.ungraded > 0
        self.hidden = self.hidden or text.hidden_suite(report)
        self.top = max(self.top, report.max_score)
        self.course, self.chapter = report.course, report.chapter
        self.outcomes[report.outcome] += 1
        self._scores[standing.final] += 1
        for task in report.tasks:
            self._task(task)
            for test in task.tests if standing.submitted else ():
                sums = self._tests.get((task.id, test.id))
                if sums is None:
                    claim = text.line(test.claim, 300)
                    sums = self._tests[task.id, test.id] = _Sums(task.id, test.id, claim, test.visibility)
                sums.add(test.outcome is Outcome.PASSED, report.score - test.score)
        self._mistakes.update(
            {
                (task.id, text.misconception(test, task))
                for task in report.tasks
                for test in task.tests
                if test.misconception
            }
        )
        self._claims.update(
            {
                (task.id, text.line(test.claim, 300))
                for task in report.tasks
                for test in text.failing(task)
                if test.outcome is not Outcome.MISSING
            }
        )

    def _task(self, task: TaskReport) -> None:
        self._titles.setdefault(task.id, task.title)
        row = self._tasks.setdefault(task.id, [0, 0, 0.0, 0, 0.0])
        self.used.add(task.outcome)
        row[0] += task.outcome is Outcome.PASSED
        row[1] += task.outcome not in (Outcome.MISSING, Outcome.BLOCKED)
        row[2] += task.score
        row[3] += 1
        row[4] = max(row[4], task.max_score)

    @property
    def tasks(self) -> list[TaskRow]:
        """A row a task, in the order in which they were met."""
        return [
            TaskRow(task, self._titles[task], most, int(passed), int(tried), total / many if many else 0.0)
            for task, (passed, tried, total, many, most) in self._tasks.items()
        ]

    @property
    def tests(self) -> list[TestRow]:
        """A row a test, in the order of the tasks."""
        order = list(self._tasks)
        return sorted((sums.row() for sums in self._tests.values()), key=lambda row: order.index(row.task))

    @property
    def mistakes(self) -> list[Count]:
        """Known mistakes, the commonest first."""
        return self._ranked(self._mistakes)

    @property
    def claims(self) -> list[Count]:
        """Claims that fail, the commonest first."""
        return self._ranked(self._claims)

    @property
    def extremes(self) -> tuple[list[TestRow], list[TestRow]]:
        """Tests that nobody passes, tests that everybody passes; of a class, not of one or two."""
        several = [row for row in self.tests if row.of > 2]
        return [row for row in several if row.passed == 0], [row for row in several if row.passed == row.of]

    def quantile(self, share: float) -> float:
        """The score below which this share of the students is; the middle of two for the median."""
        count = sum(self._scores.values())
        if not count:
            return 0.0
        low, high = math.floor(share * (count - 1)), math.ceil(share * (count - 1))
        return (self._nth(low) + self._nth(high)) / 2

    def _nth(self, number: int) -> float:
        for score in sorted(self._scores):
            number -= self._scores[score]
            if number < 0:
                return score
        return 0.0

    @property
    def distribution(self) -> list[int]:
        """How many students are in each tenth of the points; full points are in the last."""
        bins = [0] * BINS
        for score, count in self._scores.items():
            bins[min(BINS - 1, max(0, int(BINS * score / self.top)))] += count if self.top else 0
        return bins

    def _ranked(self, counted: Counter[tuple[str, str]]) -> list[Count]:
        order = list(self._tasks)
        ranked = sorted(counted, key=lambda pair: (-counted[pair], order.index(pair[0]), pair[1]))[:MOST]
        return [Count(task, words, counted[task, words]) for task, words in ranked]


def items_of(standings: Iterable[Standing]) -> Items:
    """The sums of a class."""
    items = Items()
    for standing in standings:
        items.add(standing)
    return items


def concerns(standing: Standing, items: Items) -> list[str]:
    """Why somebody should look at this student; nothing for most."""
    report, words = standing.report, []
    if not standing.student.listed:
        words.append("not on the roster")
    if not standing.submitted:
        return [*words, "nothing was handed in"]
    match report.outcome:
        case Outcome.INFRASTRUCTURE:
            words.append("the grader failed: grade again")
        case Outcome.FORBIDDEN:
            words.append("uses what is forbidden")
        case _ if text.unusable(report):
            words.append("cannot be graded")
        case _ if all(task.outcome in (Outcome.MISSING, Outcome.BLOCKED) for task in report.tasks):
            words.append("not begun")
        case _ if items.hidden and report.score < 0.25 * report.max_score:
            words.append("less than a quarter of the points")
    stopped = [task.id for task in report.tasks if task.outcome in (Outcome.TIMEOUT, Outcome.MEMORY)]
    if stopped:
        words.append(f"no end in time or too much memory: {', '.join(stopped[:3])}")
    if standing.ungraded:
        words.append(f"the grader failed at {standing.ungraded} of {standing.attempts} attempts: grade again")
    if standing.days_late:
        words.append(f"{text.plural(standing.days_late, 'day')} late")
    return words
