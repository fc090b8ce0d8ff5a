"""Times one more Momentum submission with the worker warm against a fresh pytest of the same tests.

The two take turns, so that a machine that slows down or speeds up does so for both. Each grading is of a
submission that the grader has not seen. Writes `build/bench/report.md` and `report.json`.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import CHAPTER, PAUSE, ROOT, TASK
from grader import course as courses
from grader import render
from grader.errors import GraderError
from grader.grade import Grader
from grader.model import Outcome, Report
from grader.submission import snapshot


def main() -> int:
    parser = common.parser("benchmarks", __doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side (default: 7)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        report = measure(options.out, options.rounds)
    except GraderError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    common.publish(report, markdown(report), options.out, "report")
    return 0


def measure(out: Path, rounds: int) -> dict[str, Any]:
    """Both sides in turn; every figure in seconds of wall time."""
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    assert chapter.solutions is not None
    source = render.solution(chapter)  # as a student would have written it
    student = out / f"{chapter.module}.py"
    answers = out / "answers.pickle"
    answers.unlink(missing_ok=True)

    def submit(number: int) -> None:
        student.write_text(f"{source}\n# submission {number}\n")

    def fresh() -> tuple[float, int]:
        began = time.perf_counter()
        run = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.naive", "-p", "no:warnings"),
                *("-p", "no:cacheprovider", "--task", TASK, "--submission", str(student)),
                *("--answers", str(answers), str(chapter.solutions / "test_hidden.py")),
            ],
            cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        passed = re.search(r"(\d+) passed", run.stdout)
        if run.returncode != 0 or passed is None:
            raise SystemExit(f"the plain pytest does not pass:\n{run.stdout}\n{run.stderr}")
        return seconds, int(passed[1])

    def graded(grader: Grader) -> tuple[float, Report]:
        began = time.perf_counter()
        report = grader.grade(chapter, snapshot(student, chapter), "benchmark", task=TASK)
        seconds = time.perf_counter() - began
        if [task.outcome for task in report.tasks if task.id == TASK] != [Outcome.PASSED]:
            raise SystemExit("the grader does not pass it")
        return seconds, report

    load = common.load()
    submit(0)
    fresh()  # records the reference's values and fills the disk cache
    warm_times: list[float] = []
    fresh_times: list[float] = []
    row: list[float] = []
    began = time.perf_counter()
    with Grader(course) as grader:
        _, report = graded(grader)  # starts the workers, computes the reference's values
        start = time.perf_counter() - began
        for number in range(1, rounds + 1):
            time.sleep(PAUSE)
            submit(number)
            warm_times.append(graded(grader)[0])
            seconds, cases = fresh()
            fresh_times.append(seconds)
        for number in range(rounds + 1, 3 * rounds + 1):
            submit(number)
            row.append(graded(grader)[0])
    ran = [test.visibility for task in report.tasks for test in task.tests if test.seconds]
    hidden, public = ran.count("hidden"), ran.count("public")
    versions = {key: value for key, value in report.environment.items() if key not in ("device", "sandbox")}
    return {
        "what": f"One more {TASK} submission: {hidden} hidden test functions, {cases} with their parameters",
        "also": f"the grader also runs the visible ones ({public})",
        "command": "make bench",
        "machine": common.machine(load),
        "versions": versions,
        "sandbox": report.environment["sandbox"],
        "rounds": rounds,
        "start_once": start,
        "warm": common.summary(warm_times),
        "warm_without_pause": common.summary(row),
        "fresh_pytest": common.summary(fresh_times),
        "ratio": statistics.median(b / a for a, b in zip(warm_times, fresh_times, strict=True)),
    }


def markdown(report: dict[str, Any]) -> str:
    """The report as a page."""

    def cell(name: str) -> str:
        times = report[name]
        return f"{times['median']:.3f} s | {times['min']:.3f} to {times['max']:.3f} s"

    machine, versions = report["machine"], report["versions"]
    return f"""# One more submission

{report["what"]}; {report["also"]}.

| | median | range |
|---|---|---|
| this grader, worker warm, sandbox {report["sandbox"]} | {cell("warm")} |
| the same, one right after the other | {cell("warm_without_pause")} |
| a fresh pytest, no sandbox, reference values from a file | {cell("fresh_pytest")} |

The fresh pytest takes {report["ratio"]:.0f} times as long (median of the ratios of {report["rounds"]} turns).
Starting the grader, once for a whole class: {report["start_once"]:.1f} s.

{machine["cores"]} cores with a load of {machine["load"]:.1f} at the start, {machine["processor"]}, {machine["system"]};
{", ".join(f"{name} {version}" for name, version in versions.items())}. Made by `{report["command"]}`.
"""


if __name__ == "__main__":
    sys.exit(main())
