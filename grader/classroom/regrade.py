"""A class graded again beside the old results: what would change is shown before anything is changed."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator

import msgspec
from rich.console import Console

from grader.atomic import write_atomic
from grader.classroom.batch import Class, Open, Todo
from grader.classroom.results import ATTEMPTS
from grader.model import Outcome, Report, decode_report

DRAFT = ".regrade"


@dataclasses.dataclass
class Change:
    """What would become of one report."""

    student: str
    place: str
    before: Report | None
    after: Report

    @property
    def tasks(self) -> list[str]:
        """The tasks whose points or outcome differ."""
        old = {task.id: (task.score, task.outcome) for task in self.before.tasks} if self.before else {}
        return [task.id for task in self.after.tasks if old.get(task.id) != (task.score, task.outcome)]


class Regrading:
    """New reports in a folder of their own, until they are wanted.

    Args:
        graded: the class as it stands.
        everything: grade all anew, not only what stands no more.
    """

    def __init__(self, graded: Class, everything: bool = False) -> None:
        self._graded = graded
        self.todo = graded.todo(resume=not everything)
        self._draft = Class(
            graded.course, graded.chapter, graded.out / DRAFT, graded.entries, graded.told, graded.rules
        )  # fmt: skip

    def grade(self, open_workers: Open, console: Console | None = None) -> None:
        """Grades into the draft; what an interrupted regrading has done already is kept."""
        self._draft.grade(self._draft.todo(among=self.todo), open_workers, console)

    def changes(self) -> Iterator[Change]:
        """The reports that would differ in points or outcomes; nothing for those at which the grader failed."""
        for todo in self.todo.values():
            before, after = self._read(self._graded, todo), self._read(self._draft, todo)
            if after is None or after.outcome is Outcome.INFRASTRUCTURE:
                continue
            change = Change(todo.entry.student.id, todo.place, before, after)
            if before is None or change.tasks or before.outcome is not after.outcome:
                yield change

    @property
    def failed(self) -> int:
        """How many could not be graded; their old reports stay."""
        found = (self._read(self._draft, todo) for todo in self.todo.values())
        return sum(report is None or report.outcome is Outcome.INFRASTRUCTURE for report in found)

    def apply(self) -> None:
        """Puts the new reports in the place of the old ones."""
        for todo in self.todo.values():
            after = self._read(self._draft, todo)
            key = self._draft.ledger.key(todo.place)
            if after is None or not key:
                continue
            data = (self._draft.out / todo.place).read_bytes()
            path = self._graded.out / todo.place
            if todo.place.startswith(ATTEMPTS):
                path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data)
            self._graded.ledger.add(todo.place, key, data)
        self.discard()

    def discard(self) -> None:
        """Forgets the draft."""
        shutil.rmtree(self._draft.out, ignore_errors=True)

    @staticmethod
    def _read(graded: Class, todo: Todo) -> Report | None:
        try:
            return decode_report((graded.out / todo.place).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
