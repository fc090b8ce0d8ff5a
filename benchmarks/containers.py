"""What a sandbox costs: the start until the first verdict, and then each submission, under each of the three.

They take turns, so that a machine that slows down does so for all. Each grading is of a submission that the grader has
not seen; the reference's values are known beforehand. Writes `build/bench/containers.md` and `containers.json`.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks import common
from benchmarks.common import CHAPTER, PAUSE, ROOT, TASK
from grader import course as courses
from grader import render
from grader.errors import GraderError, InfrastructureError
from grader.grade import Grader, as_snapshot
from grader.sandbox import Sandbox, choose

NAMES = ("bwrap", "docker", "none")


def main() -> int:
    parser = common.parser("benchmarks.containers", __doc__)
    parser.add_argument("--starts", type=int, default=3, help="starts of each (default: 3)")
    parser.add_argument("--rounds", type=int, default=7, help="submissions to each (default: 7)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        report = measure(options.starts, options.rounds)
    except GraderError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    common.publish(report, markdown(report), options.out, "containers")
    return 0


def sandboxes(images: dict[str, str]) -> tuple[dict[str, Sandbox], dict[str, str]]:
    """Those that work here, and why the others do not."""
    found, missing = {}, {}
    for name in NAMES:
        try:
            found[name] = choose(name, images.get("cpu", ""))
        except InfrastructureError as error:
            missing[name] = str(error)
    return found, missing


def measure(starts: int, rounds: int) -> dict[str, Any]:
    """Every figure in seconds of wall time."""
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    source = render.solution(chapter)
    chosen, missing = sandboxes(course.images)
    load, number = common.load(), 0
    first: dict[str, list[float]] = {name: [] for name in chosen}
    each: dict[str, list[float]] = {name: [] for name in chosen}

    def graded(grader: Grader) -> float:
        nonlocal number
        number += 1
        work = as_snapshot(chapter, f"{source}\n# submission {number}\n")
        began = time.perf_counter()
        report = grader.grade(chapter, work, "benchmark", task=TASK)
        if any(task.outcome != "passed" for task in report.tasks if task.id == TASK):
            raise SystemExit("the grader does not pass it")
        return time.perf_counter() - began

    with Grader(course, next(iter(chosen.values()))) as grader:
        graded(grader)  # the reference's values, and the libraries in the disk's cache
    for _ in range(starts):
        for name, sandbox in chosen.items():
            began = time.perf_counter()
            with Grader(course, sandbox) as grader:
                graded(grader)
                first[name].append(time.perf_counter() - began)
    graders = {name: Grader(course, sandbox) for name, sandbox in chosen.items()}
    try:
        for grader in graders.values():
            graded(grader)
        for _ in range(rounds):
            for name, grader in graders.items():
                time.sleep(PAUSE)  # the spare child is ready by then
                each[name].append(graded(grader))
        versions = next(iter(graders.values())).session.versions
    finally:
        for grader in graders.values():
            grader.close()
    return {
        "command": "make bench",
        "machine": common.machine(load),
        "versions": versions,
        "missing": missing,
        "start_to_first_verdict": {name: common.summary(times) for name, times in first.items()},
        "one_more_submission": {name: common.summary(times) for name, times in each.items()},
    }


def markdown(report: dict[str, Any]) -> str:
    """The report as a page."""

    def cell(times: dict[str, Any]) -> str:
        return f"{times['median']:.2f} s ({times['min']:.2f} to {times['max']:.2f})"

    machine = report["machine"]
    first, each = report["start_to_first_verdict"], report["one_more_submission"]
    rows = "\n".join(f"| {name} | {cell(first[name])} | {cell(each[name])} |" for name in first)
    missing = "".join(f"\nNot measured: {name}: {why}\n" for name, why in report["missing"].items())
    return f"""# What a sandbox costs

Task {TASK}; medians, with the smallest and the largest.

| sandbox | start to first verdict | one more submission, worker warm |
|---|---|---|
{rows}
{missing}
{machine["cores"]} cores with a load of {machine["load"]:.1f} at the start, {machine["processor"]}, {machine["system"]};
{", ".join(f"{name} {version}" for name, version in report["versions"].items())}. Made by `{report["command"]}`.
"""


if __name__ == "__main__":
    sys.exit(main())
