"""Do marks depend on the secret seed? Right programs and known-wrong ones are marked from many of them.

The hidden cases of another class are other numbers. A right program has full marks from every seed, and a wrong one
fails the same tests from every seed: else some student is lucky.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence

from msgspec import Struct

from grader import crew, render, seeds
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Outcome, Snapshot
from grader.plugin import Suite

SHOWN = 5  # differences that are told of one program


class Generality(Struct, frozen=True):
    """What one program's marks were, from seed to seed."""

    program: str
    tasks: tuple[str, ...]  # those that it was marked in
    failed: tuple[str, ...]  # the tests that it fails from the assignment's own seed
    seeds: int  # how many others it was marked from
    differences: tuple[str, ...]  # where other tests failed


def check(
    grader: Grader,
    chapter: Chapter,
    names: Sequence[str],
    seconds: float = float("inf"),
    only: Sequence[str] = (),
    jobs: int = 1,
) -> Iterator[Generality]:
    """Marks the chapter's programs from the assignment's seed and from others.

    Args:
        grader: its worker runs the programs, its oracle the solution; where `jobs` is above 1 there are as many more,
            which keep in its oracle's cache what the solution answers.
        chapter: whose solution, alternates and mutants; a mutant is marked in the tasks that it declares.
        names: the other seeds.
        seconds: no further seed is begun for a program after so long: some wait for a time limit in every test.
        only: the programs' names; none: all.
        jobs: processes.

    Raises:
        InfrastructureError: no worker comes up.
    """
    wanted = [program for program in programs(grader, chapter) if not only or program.name in only]
    yield from crew.share(
        grader, chapter, functools.partial(_marked, names=tuple(names), seconds=seconds), wanted, jobs
    )


class Program(Struct, frozen=True):
    """One that is marked, and the tasks that it is marked in."""

    name: str
    snapshot: Snapshot
    tasks: tuple[str, ...]


def programs(grader: Grader, chapter: Chapter) -> list[Program]:
    """The chapter's right programs, then its mutants."""
    every = tuple(task.id for task in chapter.tasks)
    right = [("solution", grader.reference(chapter))]
    right += [(name, as_snapshot(chapter, text)) for name, text in render.alternates(chapter).items()]
    mutants = [Program(m.name, as_snapshot(chapter, m.source), m.fails) for m in grader.mutants(chapter)]
    return [Program(name, snapshot, every) for name, snapshot in right] + mutants


def _marked(grader: Grader, chapter: Chapter, program: Program, *, names: Sequence[str], seconds: float) -> Generality:
    """What one program's marks are."""
    began, done, differences = time.monotonic(), 0, []
    own = seeds.assignment_seed(grader.course, chapter, grader.seed)
    usual = _failed(grader, chapter, program, own)
    for seed in names:
        if time.monotonic() - began > seconds:
            break
        failed = _failed(grader, chapter, program, seed)
        done += 1
        differences += [f"{seed}: {test} fails" for test in failed if test not in usual]
        differences += [f"{seed}: {test} passes" for test in usual if test not in failed]
    return Generality(program.name, program.tasks, usual, done, tuple(differences[:SHOWN]))


def _failed(grader: Grader, chapter: Chapter, program: Program, seed: str) -> tuple[str, ...]:
    """The hidden tests that the program fails, run as a grading runs them: what it keeps is gone at the next seed."""
    grader.session.open(chapter, program.snapshot, trusted=True)
    try:
        suite = Suite(
            chapter,
            grader.ask,
            grader.expected(chapter),
            seed=seed,
            tasks=program.tasks,
            blocking=False,
            visibility="hidden",
        )
        records = suite.run()
    finally:
        grader.session.close()
    return tuple(dict.fromkeys(record.test for record in records if record.outcome is not Outcome.PASSED))
