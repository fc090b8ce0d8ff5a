"""Do marks depend on the secret seed? Right programs and known-wrong ones are marked from many of them.

The hidden cases of another class are other numbers. A right program has full marks from every seed, and a wrong one
fails the same tests from every seed: else some student is lucky.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from msgspec import Struct

from grader import render, seeds
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Outcome, Snapshot
from grader.plugin import Suite

AFRESH = 10  # seeds that one process is asked: what a library keeps for each graph adds up
SHOWN = 5  # differences that are told of one program


class Generality(Struct, frozen=True):
    """What one program's marks were, from seed to seed."""

    program: str
    tasks: tuple[str, ...]  # those that it was marked in
    failed: tuple[str, ...]  # the tests that it fails from the assignment's own seed
    seeds: int  # how many others it was marked from
    differences: tuple[str, ...]  # where other tests failed


def check(
    grader: Grader, chapter: Chapter, names: Sequence[str], seconds: float = float("inf"), only: Sequence[str] = ()
) -> Iterator[Generality]:
    """Marks the chapter's programs from the assignment's seed and from others.

    Args:
        grader: its worker runs the programs, its oracle the solution.
        chapter: whose solution, alternates and mutants; a mutant is marked in the tasks that it declares.
        names: the other seeds.
        seconds: no further seed is begun for a program after so long: some wait for a time limit in every test.
        only: the programs' names; none: all.

    Raises:
        InfrastructureError: no worker comes up.
    """
    every = tuple(task.id for task in chapter.tasks)
    programs = [("solution", grader.reference(chapter), every)]
    programs += [(name, as_snapshot(chapter, text), every) for name, text in render.alternates(chapter).items()]
    programs += [(m.name, as_snapshot(chapter, m.source), m.fails) for m in grader.mutants(chapter)]
    own = seeds.assignment_seed(grader.course, chapter, grader.seed)
    for name, snapshot, tasks in programs:
        if only and name not in only:
            continue
        began, done, differences = time.monotonic(), 0, []
        usual = _failed(grader, chapter, snapshot, tasks, [own])[own]
        for start in range(0, len(names), AFRESH):
            if time.monotonic() - began > seconds:
                break
            for seed, failed in _failed(grader, chapter, snapshot, tasks, names[start : start + AFRESH]).items():
                done += 1
                differences += [f"{seed}: {test} fails" for test in failed if test not in usual]
                differences += [f"{seed}: {test} passes" for test in usual if test not in failed]
        yield Generality(name, tasks, usual, done, tuple(differences[:SHOWN]))


def _failed(
    grader: Grader, chapter: Chapter, snapshot: Snapshot, tasks: tuple[str, ...], names: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The hidden tests that the program fails, by seed."""
    grader.session.open(chapter, snapshot, trusted=True)
    found = {}
    try:
        for seed in names:
            suite = Suite(
                chapter,
                grader.ask,
                grader.expected(chapter),
                seed=seed,
                tasks=tasks,
                blocking=False,
                visibility="hidden",
            )
            failed = [record.test for record in suite.run() if record.outcome is not Outcome.PASSED]
            found[seed] = tuple(dict.fromkeys(failed))
    finally:
        grader.session.close()
    return found
