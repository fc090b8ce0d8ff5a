"""Where the time of a class went: a page of its own, since times differ from run to run and all else does not."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from grader.reports.html import rendered
from grader.reports.standing import Standing

MOST = 15  # rows of those who took longest


class Time(Struct):
    """Seconds of one thing over a class."""

    task: str
    claim: str = ""
    count: int = 0
    total: float = 0.0
    longest: float = 0.0
    student: str = ""  # whose is the longest

    def add(self, seconds: float, student: str) -> None:
        """Takes in one submission's."""
        self.count += 1
        self.total += seconds
        if seconds > self.longest:
            self.longest, self.student = seconds, student

    @property
    def mean(self) -> float:
        """Seconds a submission."""
        return self.total / self.count if self.count else 0.0


def times_page(standings: Iterable[Standing]) -> bytes:
    """The page; of the class it keeps sums alone.

    Args:
        standings: the rows in order; those who handed in nothing took no time.
    """
    whole, course, chapter = Time(""), "", ""
    tasks: dict[str, Time] = {}
    tests: dict[tuple[str, str], Time] = {}
    slowest: list[tuple[float, str]] = []
    for standing in standings:
        report, student = standing.report, standing.student.id
        course, chapter = report.course, report.chapter
        if not standing.submitted:
            continue
        whole.add(report.seconds, student)
        slowest = sorted([*slowest, (-report.seconds, student)])[:MOST]
        for task in report.tasks:
            row = tasks.setdefault(task.id, Time(task.id))
            row.add(sum(test.seconds for test in task.tests), student)
            for test in task.tests:
                tests.setdefault((task.id, test.id), Time(task.id, test.claim)).add(test.seconds, student)
    return rendered(
        "times.html.j2",
        course=course,
        chapter=chapter,
        whole=whole,
        tasks=list(tasks.values()),
        tests=sorted(tests.values(), key=lambda row: -row.total),
        slowest=[(student, -seconds) for seconds, student in slowest if seconds],
    )
