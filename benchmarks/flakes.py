"""Grades the same works again and again, and counts the reports that differ.

In random order; by workers that are warm and by ones that have just come up; alone and two at a time; with every cache
off. Works: the solution, the alternates, some mutants, the skeleton.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT, Options, Row
from grader import assembly, render
from grader import course as courses
from grader.grade import Grader, as_snapshot
from grader.model import Report, encode_report

MUTANTS = 4  # among the works
COLD = 5  # one grading in so many has a grader of its own
BLOCK = 20  # gradings that are made alone, or two at a time


def rows(options: Options) -> tuple[list[Row], str]:
    """The works of chapter 4; a row with the reports that differed."""
    found = measure(ROOT, CHAPTER, 20 if options.quick else 200, seed=1)
    flakes = float(found["flakes"])
    what = f"reports that differ among {found['gradings']} gradings of {found['works']} works, all caches off"
    row = Row(what, "", (flakes,), (), flakes, 0.0, "at most", unit="flakes", figure_unit="flakes")
    return [row], markdown(found)


def measure(root: Path, name: str, count: int, seed: int) -> dict[str, Any]:
    """Grades `count` times.

    Returns:
        How many gradings of each kind there were, and how many gave another report than the work's first.
    """
    began = time.monotonic()
    chapter = courses.find_chapter(courses.load(root), name)
    rng = random.Random(seed)
    works = _works(root, chapter.id)
    order = [works[i % len(works)] for i in range(count)]
    rng.shuffle(order)
    jobs = [(work, rng.randrange(COLD) == 0) for work in order]
    blocks = [jobs[start : start + BLOCK] for start in range(0, count, BLOCK)]
    context = multiprocessing.get_context("spawn")  # a fork would share this process's workers
    reports: dict[str, list[str]] = defaultdict(list)
    kinds = dict.fromkeys(("warm", "cold", "alone", "two at a time"), 0)
    for number, block in enumerate(blocks):
        two = number % 2 == 1 and len(block) > 1
        parts = [block[0::2], block[1::2]] if two else [block]
        with context.Pool(len(parts)) as pool:
            for part in pool.starmap(_grade, [(root, chapter.id, part) for part in parts]):
                for work, digest in part:
                    reports[work].append(digest)
        kinds["two at a time" if two else "alone"] += len(block)
        kinds["cold"] += sum(cold for _, cold in block)
        kinds["warm"] += sum(not cold for _, cold in block)
        done = kinds["warm"] + kinds["cold"]
        print(f"{done} of {count} gradings in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    flakes = {work: sum(digest != seen[0] for digest in seen) for work, seen in reports.items()}
    return {
        "chapter": chapter.id,
        "gradings": count,
        "works": len(reports),
        **kinds,
        "flakes": sum(flakes.values()),
        "flaky works": sorted(work for work, number in flakes.items() if number),
        "seconds": round(time.monotonic() - began, 1),
    }


def _works(root: Path, name: str) -> list[str]:
    """The names of the works, as `_source` knows them."""
    course = courses.load(root)
    chapter = course.chapter(name)
    mutants = [mutant.name for mutant in assembly.mutants(chapter)]
    some = mutants[:: max(len(mutants) // MUTANTS, 1)][:MUTANTS]
    return ["solution", "skeleton", *render.alternates(chapter), *some]


def _grade(root: Path, name: str, jobs: Sequence[tuple[str, bool]]) -> list[tuple[str, str]]:
    """One process's gradings, in their order: for each the work and a hash of what its report says."""
    course = courses.load(root)
    chapter = course.chapter(name)
    sources = {
        "solution": render.solution(chapter),
        "skeleton": render.skeleton(chapter),
        **render.alternates(chapter),
        **{mutant.name: mutant.source for mutant in assembly.mutants(chapter)},
    }
    found = []
    with Grader(course, cache=False) as warm:
        for work, cold in jobs:
            snapshot = as_snapshot(chapter, sources[work])
            if cold:
                with Grader(course, cache=False) as fresh:
                    report = fresh.grade(chapter, snapshot, work)
            else:
                report = warm.grade(chapter, snapshot, work)
            found.append((work, hashlib.sha256(timeless(report)).hexdigest()))
    return found


def timeless(report: Report) -> bytes:
    """A report without what may differ between two gradings of the same work: times and the environment."""
    tasks = tuple(
        msgspec.structs.replace(t, tests=tuple(msgspec.structs.replace(test, seconds=0.0) for test in t.tests))
        for t in report.tasks
    )
    return encode_report(msgspec.structs.replace(report, started="", seconds=0.0, environment={}, tasks=tasks))


def markdown(found: dict[str, Any]) -> str:
    """How the gradings were made, as Markdown."""
    names = ("gradings", "works", "warm", "cold", "alone", "two at a time", "flakes")
    lines = [f"The same works of {found['chapter']} graded again:", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {found[name]} |" for name in names]
    if found["flaky works"]:
        lines += ["", f"Flaky: {', '.join(found['flaky works'])}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(common.main("flakes", __doc__, rows))
