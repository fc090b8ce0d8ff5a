"""Who was graded when: what limits attempts, so that the grader is no oracle. Failures of the grader are not in it."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.atomic import write_atomic
from grader.ci.config import Assignment
from grader.errors import UsageError

FILE = "ledger.json"


class Attempt(Struct, frozen=True):
    """One grading that counted."""

    commit: str
    at: datetime.datetime
    final: bool = False  # of what was there at the deadline


class Ledger(Struct):
    """All of them: chapter -> student -> attempts, oldest first."""

    attempts: dict[str, dict[str, list[Attempt]]] = {}
    schema: int = 1

    def of(self, chapter: str, student: str) -> list[Attempt]:
        """A student's attempts at a chapter."""
        return self.attempts.get(chapter, {}).get(student, [])

    def add(self, chapter: str, student: str, attempt: Attempt) -> None:
        """Records one; the same commit is never counted twice."""
        mine = self.attempts.setdefault(chapter, {}).setdefault(student, [])
        if not any((one.commit, one.final) == (attempt.commit, attempt.final) for one in mine):
            mine.append(attempt)

    def refusal(
        self, chapter: str, student: str, commit: str, rules: Assignment, now: datetime.datetime, *, final: bool
    ) -> str:
        """Why this commit is not graded now, in a word or two; empty: it is.

        What was there at the deadline is graded in any case, once, and is no attempt.
        """
        mine = self.of(chapter, student)
        if any(one.commit == commit for one in mine) and not _stale(mine, commit, final=final):
            return "graded already"
        if final:
            return ""
        counted = [one for one in mine if not one.final]
        if rules.attempts is not None and len(counted) >= rules.attempts:
            return "no attempt left"
        if counted and now - counted[-1].at < datetime.timedelta(hours=rules.hours_between):
            return "too soon"
        return ""


def _stale(mine: list[Attempt], commit: str, *, final: bool) -> bool:
    """Whether the commit was graded, but is not what was graded last: the final grading then does it again."""
    return final and mine[-1].commit != commit and not any(one.final for one in mine)


def read_ledger(folder: Path) -> Ledger:
    """The ledger in a folder; an empty one where there is none.

    Raises:
        UsageError: it is damaged. It is never guessed at, since attempts would be given back.
    """
    path = folder / FILE
    if not path.exists():
        return Ledger()
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ledger)
    except (msgspec.DecodeError, OSError) as error:
        raise UsageError(f"{path} is damaged: {error}; take it from the branch's history") from error


def write_ledger(folder: Path, ledger: Ledger) -> None:
    """Writes it whole."""
    data = msgspec.json.format(msgspec.json.encode(ledger, order="deterministic"), indent=1)
    write_atomic(folder / FILE, data + b"\n")
