"""What a submission's process says of itself, made into answers. Only its form is checked: it is the student's word."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from grader import endless, hearsay
from grader.endings import EXHAUSTED, KINDS, ended, exhausted
from grader.model import Answer, Outcome, Snapshot
from grader.plain import in_lines, printable

WIDEST = 500  # columns of a line that a caret may point at; it is so many blanks long
BUILTIN_EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)


class Loaded(Struct, frozen=True):
    """What came of running the submission's cells."""

    problems: tuple[Answer, ...] = ()
    forbidden: tuple[tuple[str, str, str, int], ...] = ()  # task, dotted name, cell, line
    untouched: tuple[str, ...] = ()  # tasks that nobody has begun
    verdict: Answer | None = None  # where no probe can be run at all
    printed: str = ""


class Testimony:
    """Reads what the process of one submission says.

    Args:
        snapshot: the submission, for the places that may be named.
        known: names of exceptions that may be repeated.
        trusted: a program of the course's own.
    """

    def __init__(self, snapshot: Snapshot, known: frozenset[str], trusted: bool) -> None:
        self.known, self.trusted = known, trusted
        self._lines = {cell.name: cell.source.count("\n") + 1 for cell in snapshot.cells}
        self._snapshot = snapshot
        self._written = sum(not _only_comments(cell.source) for cell in snapshot.cells)
        self._problems: tuple[Answer, ...] = ()

    def loaded(self, result: Any, tasks: Sequence[str], printed: str) -> Loaded:
        """What it says of running the cells."""
        try:
            said = hearsay.loaded(result, list(tasks), self._lines)
            self._problems = ()
            problems = self._problems = tuple(self._raised(problem) for problem in said.problems)
            unread = [problem.kind for problem in said.problems].count("syntax")
            return Loaded(
                problems=problems,
                verdict=problems[0] if problems and unread == self._written else None,
                forbidden=tuple((hit.task, hit.name, hit.cell, hit.line) for hit in said.hits),
                untouched=tuple(said.untouched),
                printed=printed,
            )
        except ValueError:
            return Loaded(verdict=ended("garbled", "", ""))

    def answer(self, said: dict[str, Any]) -> Answer:
        """What it says of one probe."""
        if "value" in said:
            touched = said.get("touched")
            return Answer(None, value=said["value"], touched=tuple(touched) if type(touched) is list else ())
        if "unsupported" in said:
            return Answer(Outcome.FAILED, message=printable(hearsay.words(said["unsupported"]), 300), hearsay=True)
        if "forbidden" in said:
            return Answer(
                Outcome.FORBIDDEN,
                message=f"{printable(hearsay.words(said['forbidden']), 200)} must not be used here",
                hearsay=True,
            )
        if "broken" in said and self.trusted:  # a student's process could say so to save an attempt
            return Answer(Outcome.INFRASTRUCTURE, message=printable(hearsay.words(said["broken"]), 500))
        try:
            return self._raised(hearsay.raised(said["raised"]))
        except (KeyError, ValueError):
            return ended("garbled", "", "")

    def endless(self, verdict: Answer, said: Any) -> Answer:
        """A verdict on what did not end, with the line that it had come to by the stacks that it tells, if by any."""
        sources = {cell.name: in_lines(cell.source).splitlines() for cell in self._snapshot.cells}
        lines = {name: len(text) for name, text in sources.items()}
        cell, line = endless.place(hearsay.stacks(said, lines), sources)
        return replace(verdict, cell=cell, line=line)

    def _raised(self, raised: hearsay.Raised) -> Answer:
        if raised.kind == "absent" and self._problems:
            return self._problems[0]  # the name is absent because its cell stopped
        message = printable(raised.message)
        if raised.kind == "absent":
            message = f"your code does not define {message[:80]}"
        cell, line = self._place(raised)
        if raised.kind in EXHAUSTED:
            return exhausted(raised.kind, cell, line)
        return Answer(
            KINDS[raised.kind],
            exception=raised.exception if raised.exception in self.known else "",
            message=message,
            hearsay=True,
            cell=cell,
            line=line,
            column=min(max(raised.column, 0), WIDEST),
        )

    def _place(self, said: hearsay.Raised) -> tuple[str, int]:
        """A place in the student's code, if there is one like it."""
        return (said.cell, said.line) if 0 < said.line <= self._lines.get(said.cell, 0) else ("", 0)


def _only_comments(source: str) -> bool:
    """Whether there is nothing in a cell that could be wrong."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in source.splitlines())
