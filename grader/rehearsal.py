"""Fills the oracle's cache by several processes at once: an audit asks every mutant everything."""

from __future__ import annotations

import contextlib
import multiprocessing

from grader.errors import GraderError
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Course
from grader.sandbox import Sandbox

_WORTH_IT = 8  # mutants; below that a process costs more than it saves


def rehearse(grader: Grader, chapter: Chapter, jobs: int) -> None:
    """Runs the chapter's suite on all its mutants, so that whoever asks next finds their answers.

    What goes wrong here goes wrong again, and is told, when the answers are asked for.

    Args:
        grader: whose cache is to be filled; nothing happens if it keeps none.
        chapter: whose mutants.
        jobs: processes, each with a worker of its own.
    """
    names = [mutant.name for mutant in grader.mutants(chapter)]
    jobs = min(jobs, len(names) // _WORTH_IT)
    if jobs < 2 or grader.oracle.cache is None:
        return
    context = multiprocessing.get_context("spawn")  # a fork would share this process's workers
    # dealt out in turn: a task's mutants take about the same time
    common = (grader.course, chapter, grader.sandbox, grader.device, grader.seed)
    with context.Pool(jobs) as pool:  # which ends its processes when this one is stopped
        parts = [pool.apply_async(_run, (*common, names[start::jobs])) for start in range(jobs)]
        for part in parts:
            with contextlib.suppress(GraderError):
                part.get()


def _run(course: Course, chapter: Chapter, sandbox: Sandbox, device: str, seed: int | None, names: list[str]) -> None:
    """One process's share of the mutants."""
    tasks = tuple(task.id for task in chapter.tasks)
    with Grader(course, sandbox, device, seed) as grader:
        for mutant in grader.mutants(chapter):
            if mutant.name in names:
                grader.run_program(chapter, as_snapshot(chapter, mutant.source), tasks, blocking=True)
