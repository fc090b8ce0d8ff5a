"""Grades the same works again and again, and counts the reports that differ.

In random order; by workers that are warm and by ones that have just come up; alone and two at a time; with every cache
off. Works: the solution, the alternates, some mutants, the skeleton. Writes `build/bench/flakes.md` and `flakes.json`.
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
from benchmarks.common import CHAPTER, ROOT
from grader import course as courses
from grader import render
from grader.errors import GraderError
from grader.grade import Grader, as_snapshot
from grader.model import Report, encode_report

MUTANTS = 4  # among the works
COLD = 5  # one grading in so many has a grader of its own
BLOCK = 20  # gradings that are made alone, or two at a time


def main() -> int:
    parser = common.parser("benchmarks.flakes", __doc__)
    parser.add_argument("-n", type=int, default=200, metavar="N", help="gradings (default: 200)")
    parser.add_argument("--chapter", default=CHAPTER, help=f"default: {CHAPTER}")
    parser.add_argument("--seed", type=int, default=1, help="of the order (default: 1)")
    options = parser.parse_args()
    load = common.load()
    try:
        found = measure(ROOT, options.chapter, options.n, options.seed)
    except GraderError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    report = {"machine": common.machine(load), **found}
    common.publish(report, markdown(report), options.out, "flakes")
    return 1 if found["flakes"] else 0


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
    mutants = [mutant.name for mutant in render.mutants(chapter)]
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
        **{mutant.name: mutant.source for mutant in render.mutants(chapter)},
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


def markdown(report: dict[str, Any]) -> str:
    """The figures as a page."""
    machine = report["machine"]
    rows = [
        ("gradings", report["gradings"]),
        ("works", report["works"]),
        *((f"- {kind}", report[kind]) for kind in ("warm", "cold", "alone", "two at a time")),
        ("**flakes**", report["flakes"]),
        ("seconds", report["seconds"]),
    ]
    lines = [f"# The same works graded again: {report['chapter']}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    if report["flaky works"]:
        lines += ["", f"Flaky: {', '.join(report['flaky works'])}."]
    lines += ["", f"{machine['cores']} cores of {machine['processor']}, load {machine['load']:.1f} before.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
