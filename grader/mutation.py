"""Mutation testing of a suite: every machine-made mutant fails a hidden test, or is known to be right.

A mutant that survives shows a claim that nobody tests, or is equivalent: another way to write what is right. Those are
listed (`equivalents.py`), each with its reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from grader import crew, equivalents, render
from grader.errors import AuthorError
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Outcome
from grader.mutators import MachineMutant, machine_mutants

Progress = Callable[[int, int], None]


class Judged(Struct, frozen=True):
    """What became of one mutant."""

    task: str
    name: str
    line: int
    operator: str
    outcome: str  # "killed", "survived", "equivalent"
    by: str = ""  # the test that failed it, or the reason why it is equivalent
    how: str = ""  # the outcome of that test
    seconds: float = 0.0


class Campaign(Struct, frozen=True):
    """A chapter's mutants, judged."""

    chapter: str
    mutants: tuple[Judged, ...]
    stale: tuple[str, ...]  # what is listed as equivalent and is not among the survivors
    unshown: tuple[str, ...]  # what is listed and was not seen to agree on as many inputs as are wanted
    seconds: float
    whole: bool = True  # whether these are the mutants of all tasks

    @property
    def survivors(self) -> tuple[Judged, ...]:
        """Those that no test fails and no reason excuses."""
        return tuple(mutant for mutant in self.mutants if mutant.outcome == "survived")

    @property
    def share(self) -> float:
        """How many of the mutants are equivalent, between 0 and 1."""
        return sum(mutant.outcome == "equivalent" for mutant in self.mutants) / max(len(self.mutants), 1)

    @property
    def ok(self) -> bool:
        """Whether every mutant is killed, or is one of few that are known and shown to be right."""
        return not (self.survivors or self.stale or self.unshown or self.too_many)

    @property
    def too_many(self) -> bool:
        """Whether more are called equivalent than can be believed; of a single task nothing is said."""
        return self.whole and self.share > equivalents.SHARE


def campaign(
    grader: Grader, chapter: Chapter, tasks: Sequence[str] = (), jobs: int = 1, progress: Progress | None = None
) -> Campaign:
    """Judges the chapter's machine-made mutants.

    Args:
        grader: an open grader; its own worker runs the mutants where `jobs` is 1.
        chapter: the chapter.
        tasks: only the mutants of these tasks; none: all.
        jobs: processes, each with a worker of its own.
        progress: called with how many are judged, and how many there are.

    Raises:
        AuthorError: the solution or the list of equivalents is not in order.
        InfrastructureError: no worker comes up.
    """
    began = time.monotonic()
    wanted = [mutant for mutant in chapter_mutants(chapter) if not tasks or mutant.task in tasks]
    known = equivalents.read(chapter)
    judged: list[Judged] = []

    def note(verdict: Judged) -> None:
        entry = known.get(verdict.name)
        if verdict.outcome == "survived" and entry is not None:
            verdict = msgspec.structs.replace(verdict, outcome="equivalent", by=entry.reason)
        judged.append(verdict)
        if progress is not None:
            progress(len(judged), len(wanted))

    for verdict in crew.share(grader, chapter, judge, wanted, jobs):
        note(verdict)
    there = {mutant.name for mutant in judged if mutant.outcome == "equivalent"}
    about = {mutant.name for mutant in wanted}
    stale = tuple(name for name in known if name not in there and (not tasks or name in about))
    unshown = tuple(name for name in known if name in there and not known[name].shown)
    return Campaign(chapter.id, tuple(judged), stale, unshown, round(time.monotonic() - began, 1), not tasks)


def chapter_mutants(chapter: Chapter) -> list[MachineMutant]:
    """The chapter's machine-made mutants, in the order of the solution."""
    return list(machine_mutants(render.solution(chapter), f"{chapter.module}.py"))


def judge(grader: Grader, chapter: Chapter, mutant: MachineMutant) -> Judged:
    """Runs the hidden tests of the mutant's task until one fails; where none does, those of the chapter's other tasks.

    What a task is asked to leave room for (a learning rate, a clipping norm) may be another task's claim.
    """
    began = time.monotonic()
    program = as_snapshot(chapter, mutant.source)
    others = tuple(task.id for task in chapter.tasks if task.id != mutant.task)
    first = grader.first_failure(chapter, program, (mutant.task,))
    if first is None and others:
        first = grader.first_failure(chapter, program, others)
    seconds = round(time.monotonic() - began, 3)
    if first is None:
        return Judged(mutant.task, mutant.name, mutant.line, mutant.operator, "survived", seconds=seconds)
    if first.outcome is Outcome.INFRASTRUCTURE:
        raise AuthorError(f"{chapter.id}: {first.test} with {mutant.name}: {first.words}")
    verdict = Judged(mutant.task, mutant.name, mutant.line, mutant.operator, "killed", first.test, first.outcome)
    return msgspec.structs.replace(verdict, seconds=seconds)
