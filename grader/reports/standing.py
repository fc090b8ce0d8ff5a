"""What a class's tables and pages are made of: a student, the report that counts, and what became of the points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from grader.model import Outcome, Report, TaskReport


class Student(Struct, frozen=True):
    """Who somebody is: from the roster, else from the submission's name."""

    id: str
    name: str = ""
    email: str = ""
    group: str = ""
    section: str = ""
    extension_days: float = 0.0
    platform: str = ""  # the id that the learning platform's own file name carried
    listed: bool = True  # on the roster, or there is none


class Standing(Struct, frozen=True):
    """One student's row of a class."""

    student: Student
    report: Report
    attempt: int = 1
    attempts: int = 1
    days_late: int = 0
    penalty: float = 0.0  # points
    final: float = 0.0
    overridden: tuple[tuple[str, float], ...] = ()  # tasks and the points that a person set; "" is the total
    comment: str = ""
    submitted: bool = True
    ungraded: int = 0  # other attempts that the grader failed at: where the best counts, it may be one of them

    @property
    def tasks(self) -> tuple[TaskReport, ...]:
        """The report's tasks."""
        return self.report.tasks

    @property
    def outcome(self) -> Outcome:
        """The report's outcome."""
        return self.report.outcome


class Standings(Protocol):
    """The rows of a class in the order of the students, read anew each time that one asks: never all in memory."""

    def __iter__(self) -> Iterator[Standing]: ...


def of_report(report: Report, name: str = "") -> Standing:
    """A row where nothing but the report is known."""
    return Standing(Student(report.student, name), report, final=report.score)
