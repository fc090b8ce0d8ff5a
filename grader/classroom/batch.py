"""A class is graded: what is still good is kept, the rest goes to the workers, each report is on the disk at once."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console

from grader import submission
from grader.atomic import write_atomic
from grader.classroom.conditions import Conditions
from grader.classroom.intake import Attempt, Entry
from grader.classroom.ledger import Ledger
from grader.classroom.overrides import Override
from grader.classroom.pool import Job, Workers
from grader.classroom.progress import Shown, shown
from grader.classroom.results import ATTEMPTS, FEEDBACK, RESULTS, Results, graded_attempts, place_of
from grader.classroom.rules import Rules
from grader.classroom.shelf import Shelf
from grader.classroom.work import Done, ungraded
from grader.errors import AuthorError, InfrastructureError, SubmissionError, UsageError
from grader.model import Chapter, Course, Outcome, Snapshot, encode_report
from grader.reports import text

HOPELESS = 3  # failures of the grader in a row a worker, after which the rest is not tried
FULL = 20  # reports in a row that cannot be written, after which nothing more is graded

Open = Callable[[int], AbstractContextManager[Workers]]


class Todo(Struct, frozen=True):
    """An attempt to grade."""

    entry: Entry
    attempt: int
    place: str

    @property
    def handed_in(self) -> Attempt:
        """What was handed in."""
        return self.entry.attempts[self.attempt - 1]


class Class:
    """Everything that one class is graded by.

    Args:
        out: where `results/STUDENT.json` and all the rest goes; made where it is not there.
        entries: from `intake.take_in`.
        told: what every verdict depends on.
    """

    def __init__(
        self,
        course: Course,
        chapter: Chapter,
        out: Path,
        entries: Mapping[str, Entry],
        told: Conditions,
        rules: Rules | None = None,
        overrides: Mapping[str, Override] | None = None,
    ) -> None:
        self.course, self.chapter, self.out, self.entries, self.told = course, chapter, out, entries, told
        self.rules, self.overrides = rules or Rules(), overrides or {}
        self.faults: dict[str, str] = {}
        try:
            for name in (RESULTS, FEEDBACK):
                (out / name).mkdir(parents=True, exist_ok=True)
            self.ledger = Ledger(out)
        except OSError as error:
            raise UsageError(f"{error.filename or out} cannot be written: {error.strerror}") from error

    @property
    def results(self) -> Results:
        """The rows, as far as they are known."""
        return Results(self.course, self.chapter, self.out, self.entries, self.rules, self.overrides, self.faults)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes to the output folder meanwhile.

        Raises:
            UsageError: somebody does already.
        """
        descriptor = os.open(self.out / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise UsageError(f"{self.out} is being written by another run: wait for its end") from error
        try:
            yield
        finally:
            os.close(descriptor)

    def todo(self, resume: bool = True, among: Container[str] | None = None) -> Mapping[str, Todo]:
        """What has to be graded: everything that is not there under the same conditions.

        Args:
            resume: whether what is there counts.
            among: names, as the result has them, beyond which nothing is looked at.
        """
        todo: Shelf[Todo] = Shelf()
        for entry in self.entries.values():
            for attempt in graded_attempts(entry, self.rules):
                name = f"{entry.student.id}\n{attempt:05d}"
                one = Todo(entry, attempt, place_of(entry, attempt, self.rules))
                if (among is None or name in among) and not (resume and self._stands(one)):
                    todo[name] = one
        return todo

    def grade(self, todo: Mapping[str, Todo], open_workers: Open, console: Console | None = None) -> Shown:
        """Grades what is to do; a report is on the disk before its submission counts as done.

        Raises:
            InfrastructureError: the grader fails again and again, or the disk stays full.
            AuthorError: the course itself is at fault.
        """
        in_a_row = unwritten = 0
        with shown(console, len(todo)) as progress:
            if not todo:
                return progress
            with open_workers(len(todo)) as workers:
                jobs = self._jobs(todo.values(), progress)
                for job, done in workers.run(jobs):
                    if done.fault:
                        raise AuthorError(done.fault)
                    before = len(self.faults)
                    self._write(job.place, job.key, job.student, done)
                    progress.add(done.outcome)
                    in_a_row = in_a_row + 1 if done.failed else 0
                    unwritten = unwritten + 1 if len(self.faults) > before else 0
                    if in_a_row >= HOPELESS * workers.count:
                        words = f"given up after {in_a_row} failures in a row. The grader failed: {done.failed}"
                        raise InfrastructureError(text.line(words, 500))
                    if unwritten >= FULL:
                        raise InfrastructureError(f"given up: {self.faults[job.place]}; make room and run it again")
        return progress

    def _jobs(self, todo: Iterable[Todo], progress: Shown) -> Iterator[Job]:
        """What workers can grade; what cannot be read is settled here."""
        for one in todo:
            student = one.entry.student.id
            try:
                taken = self._snapshot(one)
            except SubmissionError as error:
                outcome, words = self._unreadable(error)
                report = ungraded(self.course, self.chapter, student, outcome, words)
                key = self.told.key_of_words(student, words) if outcome is Outcome.ERROR else ""
                self._write(one.place, key, student, Done(encode_report(report), outcome))
                progress.add(outcome)
            else:
                yield Job(one.place, self.told.key(student, taken), student, taken)

    def _stands(self, todo: Todo) -> bool:
        if todo.place not in self.ledger:
            return False
        try:
            key = self.told.key(todo.entry.student.id, self._snapshot(todo))
        except SubmissionError as error:
            outcome, words = self._unreadable(error)
            key = self.told.key_of_words(todo.entry.student.id, words) if outcome is Outcome.ERROR else "-"
        return self.ledger.holds(todo.place, key)

    def _snapshot(self, todo: Todo) -> Snapshot:
        if todo.entry.problem:
            raise SubmissionError(todo.entry.problem)
        taken = submission.snapshot(todo.handed_in.path, self.chapter)
        if todo.handed_in.renamed:  # by the platform: nothing that the student need know
            taken = msgspec.structs.replace(taken, notes=tuple(n for n in taken.notes if " was graded as " not in n))
        return taken

    @staticmethod
    def _unreadable(error: SubmissionError) -> tuple[Outcome, str]:
        """A submission that the machine does not give us is not the student's fault."""
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno not in (errno.ELOOP, None):
            return Outcome.INFRASTRUCTURE, f"The submission could not be read: {error}"
        return Outcome.ERROR, str(error)

    def _write(self, place: str, key: str, student: str, done: Done) -> None:
        """The report, then its line; a disk that is full costs this student's report, no other's."""
        data = done.data
        if done.failed:
            words = f"The grader failed: {done.failed}"
            data = encode_report(ungraded(self.course, self.chapter, student, Outcome.INFRASTRUCTURE, words))
        self.faults.pop(place, None)
        path = self.out / place
        try:
            if place.startswith(ATTEMPTS):
                path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data)
            # what the grader failed at is noted without a key: it is tried again
            self.ledger.add(place, key if done.outcome is not Outcome.INFRASTRUCTURE else "", data)
        except OSError as error:
            self.faults[place] = f"the report could not be written: {error.strerror}"
