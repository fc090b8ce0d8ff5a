"""Machine-made mutants judged a minute by the warm worker, against a fresh pytest for each.

The mutants are those of Momentum's solution; both sides stop at the first hidden test of the task that fails.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT, TASK, Options, Row
from grader import course as courses
from grader import mutation
from grader.grade import Grader, as_snapshot
from grader.mutation import MachineMutant

EACH = 8  # judged by the warm worker between two fresh pytests


def rows(options: Options) -> tuple[list[Row], str]:
    """Some mutants by both sides, in turn; seconds a mutant."""
    turns = 1 if options.quick else 6
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    assert chapter.solutions is not None
    mutants = [mutant for mutant in mutation.chapter_mutants(chapter) if mutant.task == TASK][: turns * EACH]
    answers, student = options.out / "mutants-answers.pickle", options.out / f"{chapter.module}_mutant.py"
    answers.unlink(missing_ok=True)

    def fresh(source: str, *more: str) -> tuple[float, int]:
        student.write_text(source)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "benchmarks.naive", "-p", "no:warnings"]
        command += ["-p", "no:cacheprovider", "--task", TASK, "--submission", str(student), "--answers", str(answers)]
        began = time.perf_counter()
        run = subprocess.run(
            [*command, *more, str(chapter.solutions / "test_hidden.py")],  # type: ignore[operator]
            cwd=ROOT, capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return time.perf_counter() - began, run.returncode

    def warm(mutant: MachineMutant) -> bool:
        return grader.first_failure(chapter, as_snapshot(chapter, mutant.source), (TASK,)) is None

    ours, theirs, apart = [], [], []
    with Grader(course) as grader:
        reference = grader.reference(chapter)
        if grader.first_failure(chapter, reference, (TASK,)) is not None or fresh(reference.cells[0].source)[1] != 0:
            raise SystemExit("the solution does not pass on both sides")
        for turn in range(turns):
            some = mutants[turn * EACH : (turn + 1) * EACH]
            if not some:
                break
            began = time.perf_counter()
            survived = [warm(mutant) for mutant in some]
            ours.append((time.perf_counter() - began) / len(some))
            seconds, code = fresh(some[-1].source)
            theirs.append(seconds)
            if (code == 0) is not survived[-1]:
                apart.append(some[-1].name)
    if apart:
        raise SystemExit(f"the two sides differ about {', '.join(apart)}")
    minute = 60 / statistics.median(ours)
    words = f"{minute:.0f} a minute on one worker; `grader mutate` runs one on each core."
    return [
        common.times_less(
            "a machine-made mutant of Momentum, judged", "a fresh pytest -x", ours, theirs, 20.0, note=words
        )
    ], ""


if __name__ == "__main__":
    sys.exit(common.main("mutants", __doc__, rows))
