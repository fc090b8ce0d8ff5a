"""Reports as pages: feedback for a student, a report on a class.

A page is one file: no script, nothing fetched, a content security policy that allows its own style alone.
The same reports give the same bytes: no times, no machine, students in the order of their ids.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

from grader.model import Outcome, Report, TaskReport
from grader.reports import text

MOST_FAILED = 12


class Cell(NamedTuple):
    """What a student got for a task, as the class table shows it."""

    outcome: Outcome
    mark: str
    words: str


class TaskRow(NamedTuple):
    """How a class did on one task."""

    id: str
    title: str
    max_score: float
    passed: int
    attempted: int
    mean: float


class Count(NamedTuple):
    """A mistake or a claim, and the number of students."""

    task: str
    words: str
    students: int


def feedback_page(report: Report) -> bytes:
    """The page that a student reads."""
    page = _environment().get_template("feedback.html.j2")
    html = page.render(report=report, hidden=text.hidden_suite(report), step=text.next_step(report))
    return html.encode()


def class_page(reports: Iterable[Report]) -> bytes:
    """The page that an instructor reads; it links to ``feedback/STUDENT.html`` beside it."""
    reports = sorted(reports, key=lambda report: report.student)
    tasks = _tasks(reports)
    order = [task.id for task in tasks]
    used = {task.outcome for report in reports for task in report.tasks}

    def cells(report: Report) -> list[Cell | None]:
        found = {task.id: task for task in report.tasks}
        return [_cell(found[task_id]) if task_id in found else None for task_id in order]

    html = (
        _environment()
        .get_template("class.html.j2")
        .render(
            course=reports[0].course if reports else "",
            chapter=reports[0].chapter if reports else "",
            summary=_summary(reports),
            hidden=any(text.hidden_suite(report) for report in reports),
            reports=reports,
            tasks=tasks,
            cells=cells,
            key=[outcome for outcome in Outcome if outcome in used],
            mistakes=_mistakes(reports),
            claims=_claims(reports),
        )
    )
    return html.encode()


def rendered(name: str, **context: object) -> bytes:
    """A page made of one of the templates.

    Args:
        name: the template's file.
        context: what it shows.
    """
    return _environment().get_template(name).render(**context).encode()


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # every string that a template shows goes through here, so that none can be forgotten
        finalize=lambda value: text.clean(value) if type(value) is str else value,
    )
    source = jinja2.PackageLoader("grader.reports").get_source(environment, "style.css")[0]
    style = "\n" + source.strip() + "\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=Markup(digest),  # noqa: S704
        badge=_badge,
        marks=text.MARKS,
        words=text.WORDS,
    )
    environment.filters.update(
        points=text.points,
        prose=_prose,
        words=_words,
        worth=_worth,
        total=_total,
        note=text.note,
        digest=lambda digest: digest.removeprefix("sha256:")[:12],
        link=_link,
        misconception=text.misconception,
        advised=_advised,
        telling=lambda task, report: text.telling(report, task),
    )
    return environment


def _badge(outcome: Outcome, words: str = "") -> Markup:
    return Markup('<span class="outcome {}">{}</span>').format(outcome.value, words or text.WORDS[outcome])


def _link(student: str) -> Markup:
    """Where a student's page is; nothing is left in it that HTML would read."""
    return Markup("feedback/{}.html").format(quote(student, safe="", errors="replace"))


def _words(value: str) -> Markup:
    """One line, with what stands between backticks as code."""
    return _code(" ".join(text.clean(value).split()))


def _code(line: str) -> Markup:
    # escaped first: what the pattern then finds holds no markup
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(line))))  # noqa: S704


def _prose(value: str) -> Markup:
    """Paragraphs; indented lines stay as they stand, in a fixed-width face."""
    blocks: list[Markup] = []
    for indented, lines in _runs(text.clean(value)):
        if indented:
            margin = min(len(line) - len(line.lstrip()) for line in lines)
            blocks.append(Markup("<pre>{}</pre>").format("\n".join(line[margin:] for line in lines)))
        else:
            blocks += [Markup("<p>{}</p>").format(_code(line)) for line in lines]
    return Markup("\n").join(blocks)


def _runs(value: str) -> list[tuple[bool, list[str]]]:
    """Lines in runs of indented and of other ones; empty lines end a run."""
    runs: list[tuple[bool, list[str]]] = []
    fresh = True
    for line in value.splitlines():
        if not line.strip():
            fresh = True
            continue
        indented = line.startswith("  ")
        if fresh or runs[-1][0] is not indented:
            runs.append((indented, []))
        runs[-1][1].append(line)
        fresh = False
    return runs


def _worth(task: TaskReport, hidden: bool) -> str:
    if hidden:
        return f"{text.points(task.score)} / {text.points(task.max_score)}"
    return f"{sum(test.outcome is Outcome.PASSED for test in task.tests)} / {len(task.tests)}"


def _total(report: Report) -> str:
    if text.hidden_suite(report):
        return f"{text.points(report.score)} / {text.points(report.max_score)}"
    tests = [test for task in report.tasks for test in task.tests]
    return f"{sum(test.outcome is Outcome.PASSED for test in tests)} / {len(tests)}"


def _advised(task: TaskReport, report: Report) -> list[str]:
    """The ids of the tests that show advice: each piece of it once."""
    return [test.id for test, first in text.advice(report, task) if first and (test.hint or test.misconception)]


def _cell(task: TaskReport) -> Cell:
    mark = text.MARKS[task.outcome]
    return Cell(task.outcome, mark, f"{task.id} {text.WORDS[task.outcome]}")


def _tasks(reports: list[Report]) -> list[TaskRow]:
    """A row a task, in the order of the report with most tasks; tasks of others behind."""
    first: dict[str, TaskReport] = {}
    for report in sorted(reports, key=lambda report: -len(report.tasks)):
        for task in report.tasks:
            first.setdefault(task.id, task)
    rows = []
    for task_id, task in first.items():
        all_of_it = [other for report in reports for other in report.tasks if other.id == task_id]
        rows.append(
            TaskRow(
                id=task_id,
                title=task.title,
                max_score=task.max_score,
                passed=sum(other.outcome is Outcome.PASSED for other in all_of_it),
                attempted=sum(other.outcome not in (Outcome.MISSING, Outcome.BLOCKED) for other in all_of_it),
                mean=sum(other.score for other in all_of_it) / len(all_of_it),
            )
        )
    return rows


def _summary(reports: list[Report]) -> str:
    if not reports:
        return "No submissions."
    passed = sum(report.outcome is Outcome.PASSED for report in reports)
    said = f"{text.plural(len(reports), 'submission')}, {passed} all right"
    if any(text.hidden_suite(report) for report in reports):
        scores = sorted(report.score for report in reports)
        middle = (scores[(len(scores) - 1) // 2] + scores[len(scores) // 2]) / 2
        top = max(report.max_score for report in reports)
        said += f"; median {text.points(middle)} of {text.points(top)} points"
    return said + "."


def _mistakes(reports: list[Report]) -> list[Count]:
    counted: Counter[tuple[str, str]] = Counter()
    for report in reports:
        counted.update(
            {
                (task.id, text.misconception(test, task))
                for task in report.tasks
                for test in task.tests
                if test.misconception
            }
        )
    return _ranked(counted, reports)


def _claims(reports: list[Report]) -> list[Count]:
    counted: Counter[tuple[str, str]] = Counter()
    for report in reports:
        counted.update(
            {
                (task.id, text.line(test.claim, 300))
                for task in report.tasks
                for test in text.failing(task)
                if test.outcome is not Outcome.MISSING
            }
        )
    return _ranked(counted, reports)[:MOST_FAILED]


def _ranked(counted: Counter[tuple[str, str]], reports: list[Report]) -> list[Count]:
    """The commonest first, then in the order of the tasks."""
    order = [task.id for task in _tasks(reports)]
    ranked = sorted(counted, key=lambda pair: (-counted[pair], order.index(pair[0]), pair[1]))
    return [Count(task, words, counted[task, words]) for task, words in ranked]
