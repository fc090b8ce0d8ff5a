"""What a sandbox costs: the start until the first verdict, and then each submission, under each of the three.

They take turns, so that a machine that slows down does so for all. Each grading is of a submission that the grader has
not seen; the reference's values are known beforehand.
"""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks import common
from benchmarks.common import CHAPTER, PAUSE, ROOT, TASK, Options, Row
from grader import course as courses
from grader import render
from grader.errors import InfrastructureError
from grader.grade import Grader, as_snapshot
from grader.sandbox import Sandbox, choose

NAMES = ("none", "bwrap", "docker")


def sandboxes(images: dict[str, str]) -> tuple[dict[str, Sandbox], dict[str, str]]:
    """Those that work here, and why the others do not."""
    found, missing = {}, {}
    for name in NAMES:
        try:
            found[name] = choose(name, images.get("cpu", ""))
        except InfrastructureError as error:
            missing[name] = str(error)
    return found, missing


def rows(options: Options) -> tuple[list[Row], str]:
    """Starts, then single submissions, by turns."""
    starts, rounds = (1, 2) if options.quick else (3, 15)
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    source = render.solution(chapter)
    chosen, missing = sandboxes(course.images)
    first: dict[str, list[float]] = {name: [] for name in chosen}
    each: dict[str, list[float]] = {name: [] for name in chosen}

    def graded(grader: Grader) -> float:
        work = as_snapshot(chapter, f"{source}\n# submission of {time.time_ns()}\n")
        began = time.perf_counter()
        report = grader.grade(chapter, work, "benchmark", task=TASK)
        if any(task.outcome != "passed" for task in report.tasks if task.id == TASK):
            raise SystemExit("the grader does not pass it")
        return time.perf_counter() - began

    with Grader(course, chosen["none"]) as grader:
        graded(grader)  # the reference's values, and the libraries in the disk's cache
    graders: dict[str, Grader] = {}
    try:
        for _ in range(starts):
            for name, sandbox in chosen.items():
                if name in graders:
                    graders[name].close()
                began = time.perf_counter()
                graders[name] = Grader(course, sandbox)
                graded(graders[name])
                first[name].append(time.perf_counter() - began)
        for _ in range(rounds):
            for name, grader in graders.items():
                time.sleep(PAUSE)  # the spare child is ready by then
                each[name].append(graded(grader))
    finally:
        for grader in graders.values():
            grader.close()
    found = [
        Row(f"one more submission under {name}", "no sandbox", tuple(times), tuple(each["none"]),
            statistics.median(100 * (a / b - 1) for a, b in zip(times, each["none"], strict=True)), 10.0, "at most",
            figure_unit="% more")
        for name, times in each.items() if name != "none"
    ]  # fmt: skip
    for name, times in first.items():
        other = "bwrap" if name == "docker" and "bwrap" in first else "none"
        if name != "none":
            found.append(
                Row(f"start to first verdict under {name}", "bubblewrap" if other == "bwrap" else "no sandbox",
                    tuple(times), tuple(first[other]), statistics.median(times) / statistics.median(first[other]), None)
            )  # fmt: skip
    return found, "\n\n".join(f"Not measured: {name}: {why}" for name, why in missing.items())


if __name__ == "__main__":
    sys.exit(common.main("containers", __doc__, rows))
