"""A class's points in the forms that learning platforms take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from grader.model import Chapter, Outcome, TestReport
from grader.reports import text
from grader.reports.gradebook import line
from grader.reports.standing import Standing

Lines = Callable[[Iterable[Standing], Chapter], Iterator[bytes]]


def table(standings: Iterable[Standing], chapter: Chapter) -> Iterator[bytes]:
    """Plain CSV: who, the points of each task, what counts."""
    tasks = [task.id for task in chapter.tasks]
    yield line(("student", "name", "email", "group", "section", *tasks, "raw", "late_penalty", "final", "max_score"))
    for standing in _graded(standings):
        who, report = standing.student, standing.report
        points = {task.id: text.points(task.score) for task in report.tasks}
        cells = [who.id, who.name, who.email, who.group, who.section, *(points.get(task, "") for task in tasks)]
        yield line((*cells, *map(text.points, (report.score, standing.penalty, standing.final, report.max_score))))


def canvas(standings: Iterable[Standing], chapter: Chapter) -> Iterator[bytes]:
    """Canvas' gradebook import: its five columns, then one for the assignment."""
    yield line(("Student", "ID", "SIS User ID", "SIS Login ID", "Section", chapter.title))
    yield line(("    Points Possible", "", "", "", "", text.points(sum(task.points for task in chapter.tasks))))
    for standing in _graded(standings):
        who = standing.student
        login = who.email or ("" if who.platform else who.id)
        sis = who.id if not who.platform or who.listed else ""
        yield line((who.name or who.id, who.platform, sis, login, who.section, text.points(standing.final)))


def moodle(standings: Iterable[Standing], chapter: Chapter) -> Iterator[bytes]:
    """Moodle's offline grading worksheet: `Identifier` is the number in the download's names, else the row has none."""
    most = text.points(sum(task.points for task in chapter.tasks))
    yield line(("Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Feedback comments"))
    for standing in _graded(standings):
        who = standing.student
        number = f"Participant {who.platform}" if who.platform else ""
        said = standing.comment or text.note(standing.report)
        yield line((number, who.name or who.id, who.email, text.points(standing.final), most, text.line(said, 1000)))


def gradescope(standing: Standing) -> bytes:
    """One student's `results.json` for Gradescope's autograder."""
    report = standing.report
    tests = [
        _gradescope_test(task.title, test) for task in report.tasks for test in task.tests
    ]  # fmt: skip
    results: dict[str, Any] = {
        "score": standing.final,
        "output": "\n".join((*report.notes, standing.comment)).strip() or text.note(report),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"


def _gradescope_test(title: str, test: TestReport) -> dict[str, Any]:
    said = [part for part in (test.message, f"Hint: {test.hint}" if test.hint else "") if part]
    passed = test.outcome is Outcome.PASSED
    found: dict[str, Any] = {
        "name": f"{title}: {text.line(test.claim, 300)}",
        "status": "passed" if passed else "failed",
        "output": text.clean("\n".join(said)),
        "visibility": "visible",
    }
    if test.points:
        found |= {"score": test.score, "max_score": test.points}
    return found


def is_graded(standing: Standing) -> bool:
    """Whether there is a grade to send: the grader's own failures are left out, so that no platform reads zeros."""
    return standing.report.outcome is not Outcome.INFRASTRUCTURE or bool(standing.overridden)


def _graded(standings: Iterable[Standing]) -> Iterator[Standing]:
    return filter(is_graded, standings)


TABLES: dict[str, Lines] = {"csv": table, "canvas": canvas, "moodle": moodle}
