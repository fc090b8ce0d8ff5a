"""The same work on many things by several processes, each with a grader of its own."""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from grader.errors import GraderError
from grader.grade import Grader
from grader.model import Chapter, Course
from grader.sandbox import Sandbox

_Asked = TypeVar("_Asked")
_Made = TypeVar("_Made")
Work = Callable[[Grader, Chapter, _Asked], _Made]


def share(
    grader: Grader, chapter: Chapter, work: Work[_Asked, _Made], asked: Sequence[_Asked], jobs: int
) -> Iterator[_Made]:
    """What `work` makes of each, in their order.

    Args:
        grader: does the work where `jobs` is 1 or there is one thing to do; else each process has another like it,
            with the same cache.
        chapter: whose.
        work: a function of a module, so that another process finds it by its name.
        asked: what it is given, one after the other.
        jobs: processes.

    Raises:
        GraderError: what `work` raised first; the rest is given up.
    """
    if jobs < 2 or len(asked) < 2:
        for each in asked:
            yield work(grader, chapter, each)
        return
    common = (grader.course, chapter, grader.sandbox, grader.device, grader.seed, grader.oracle.cache)
    context = multiprocessing.get_context("spawn")  # a fork would share this process's workers
    with context.Pool(min(jobs, len(asked)), _start, common) as pool:  # which ends its processes when this one stops
        for made in pool.imap(functools.partial(_do, work), asked):
            if isinstance(made, GraderError):
                raise made
            yield made


_open: list[tuple[Grader, Chapter]] = []  # of a process of the pool


def _start(
    course: Course, chapter: Chapter, sandbox: Sandbox, device: str, seed: int | None, cache: Path | None
) -> None:
    grader = Grader(course, sandbox, device, seed)
    grader.oracle.cache = cache
    _open.append((grader, chapter))


def _do(work: Work[_Asked, _Made], asked: _Asked) -> _Made | GraderError:
    try:
        return work(*_open[0], asked)
    except GraderError as error:  # handed back: what a pool raises itself has lost its place
        return error
