"""Fills the oracle's cache by several processes at once: an audit asks every mutant everything."""

from __future__ import annotations

import contextlib

from grader import crew
from grader.errors import GraderError
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Snapshot

_WORTH_IT = 8  # mutants; below that a process costs more than it saves


def rehearse(grader: Grader, chapter: Chapter, jobs: int) -> None:
    """Runs the chapter's suite on all its mutants, so that whoever asks next finds their answers.

    What goes wrong here goes wrong again, and is told, when the answers are asked for.

    Args:
        grader: whose cache is to be filled; nothing happens if it keeps none.
        chapter: whose mutants.
        jobs: processes, each with a worker of its own.
    """
    programs = [as_snapshot(chapter, mutant.source) for mutant in grader.mutants(chapter)]
    jobs = min(jobs, len(programs) // _WORTH_IT)
    if jobs < 2 or grader.oracle.cache is None:
        return
    with contextlib.suppress(GraderError):
        for _ in crew.share(grader, chapter, _run, programs, jobs):
            pass


def _run(grader: Grader, chapter: Chapter, program: Snapshot) -> None:
    """One mutant's share."""
    grader.run_program(chapter, program, tuple(task.id for task in chapter.tasks), blocking=True)
