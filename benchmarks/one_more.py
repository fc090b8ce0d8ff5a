"""One more Momentum submission: this grader with its worker warm, against what people use today.

All sides run the same three hidden tests on the same work, and take turns, so that a machine that slows down does so
for all. Each grading is of a submission that no side has seen; the reference's values are known beforehand to all.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import common, peers
from benchmarks.common import CHAPTER, PAUSE, ROOT, TASK, Options, Row
from benchmarks.reduced import reduced_course
from grader import course as courses
from grader import render
from grader.grade import Grader
from grader.model import Chapter, Outcome
from grader.submission import snapshot

TESTS = (
    "test_beta_says_how_much_speed_is_kept",
    "test_each_variable_keeps_its_own_velocity",
    "test_without_a_gradient_the_velocity_rests",
)
RECORD = "from benchmarks.reduced import record; record({root!r})"


class Ours:
    """A warm grader of a course, and the student's file."""

    def __init__(self, chapter: Chapter, root: Path, folder: Path) -> None:
        self.chapter = chapter
        self.source = render.solution(chapter)
        self.student = folder / f"{chapter.module}.py"
        folder.mkdir(parents=True, exist_ok=True)
        self.grader = Grader(courses.load(root))
        self.number = 0
        self.submit()
        self.start = self.grade()  # starts the workers, asks the reference

    def submit(self) -> None:
        self.number += 1
        self.student.write_text(f"{self.source}\n# submission {self.number} of {time.time_ns()}\n")

    def grade(self) -> float:
        began = time.perf_counter()
        report = self.grader.grade(self.chapter, snapshot(self.student, self.chapter), "benchmark", task=TASK)
        seconds = time.perf_counter() - began
        if [task.outcome for task in report.tasks if task.id == TASK] != [Outcome.PASSED]:
            raise SystemExit("the grader does not pass it")
        return seconds


def fresh_pytest(student: Path, root: Path, suite: Path, answers: Path) -> float:
    """Seconds of a plain pytest in a process of its own, with the student's code and the tests in it."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.naive", "-p", "no:warnings"]
    command += ["-p", "no:cacheprovider", "--course", str(root), "--task", TASK, "--submission", str(student)]
    began = time.perf_counter()
    run = subprocess.run(
        [*command, "--answers", str(answers), str(suite)],
        cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if run.returncode != 0 or not re.search(r"(\d+) passed", run.stdout):
        raise SystemExit(f"the plain pytest does not pass:\n{run.stdout}\n{run.stderr}")
    return seconds


def rows(options: Options) -> tuple[list[Row], str]:
    """Three tests against all peers; then the whole task against a plain pytest."""
    rounds = 1 if options.quick else 5
    root = options.out / "one_more" / "course"
    chapter = reduced_course(root, TASK, TESTS)
    assert chapter.solutions is not None
    suite, answers = chapter.solutions / "test_hidden.py", root / "pytest-answers.pickle"
    common.timed([sys.executable, "-c", RECORD.format(root=str(root))], **peers.QUIET)
    ours = Ours(chapter, root, options.out / "one_more" / "work")
    names = {"plain pytest in a fresh process": lambda: fresh_pytest(ours.student, root, suite, answers)}
    absent = []
    with ours.grader:
        names["plain pytest in a fresh process"]()  # records the reference's values
        if options.quick:
            absent.append("stock nbgrader and otter-grader, in a quick run: each needs an environment of its own")
        else:
            absent += add_peers(names, options, root, chapter)
        warm: list[float] = []
        theirs: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(rounds):
            time.sleep(PAUSE)
            ours.submit()
            warm.append(ours.grade())
            for name, side in names.items():
                theirs[name].append(side())
        more, in_a_row = [], []
        for _ in range(rounds):  # without the others between, so that their processes are out of the way
            time.sleep(PAUSE)
            ours.submit()
            more.append(ours.grade())
        for _ in range(3 * rounds):
            ours.submit()
            in_a_row.append(ours.grade())
    what = "one more Momentum submission, 3 tests, worker warm, bubblewrap"
    found = [common.times_less(what, name, warm, times, 40.0) for name, times in theirs.items()]
    found.append(common.at_most(what + ", the machine idle between", more, 0.25))
    found.append(Row(what + ", one right after the other", "", tuple(in_a_row), (), statistics.median(in_a_row), None,
                     "at most", figure_unit="s"))  # fmt: skip
    texts = [f"Not measured: {why}" for why in absent]
    if not options.quick:  # the row of watch says nearly the same
        whole, all_of_it = whole_task(options, rounds)
        found.append(whole)
        texts += [profile(ours, "the three tests", rounds), all_of_it]
    return found, "\n\n".join(texts)


def add_peers(names: dict[str, Callable[[], float]], options: Options, root: Path, chapter: Chapter) -> list[str]:
    """Adds what grades by other programs, each in its environment; returns why one is not there."""
    absent = []
    try:
        stock = peers.Nbgrader(root, chapter, options.out / "one_more" / "nbgrader")

        def nbgrader() -> float:
            stock.submit(1)
            return stock.grade()

        names["stock nbgrader, autograde"] = nbgrader
    except peers.Missing as why:
        absent.append(str(why))
    try:
        otter_side = peers.Otter(root, chapter, options.out / "one_more" / "otter")

        def otter() -> float:
            otter_side.submit()
            return otter_side.grade()

        names["otter-grader, otter run"] = otter
    except peers.Missing as why:
        absent.append(str(why))
    return absent


def whole_task(options: Options, rounds: int) -> tuple[Row, str]:
    """All tests of the task, visible ones too on our side; and where the time goes."""
    chapter = courses.load(ROOT).chapter(CHAPTER)
    assert chapter.solutions is not None
    ours = Ours(chapter, ROOT, options.out / "one_more" / "whole")
    suite, answers = chapter.solutions / "test_hidden.py", options.out / "one_more" / "answers.pickle"
    answers.unlink(missing_ok=True)  # of another state of the suite
    warm, fresh = [], []
    with ours.grader:
        fresh_pytest(ours.student, ROOT, suite, answers)  # records the reference's values
        for _ in range(rounds):
            time.sleep(PAUSE)
            ours.submit()
            warm.append(ours.grade())
            fresh.append(fresh_pytest(ours.student, ROOT, suite, answers))
    what = "the same with all tests of the task, visible ones too (11 cases)"
    row = common.times_less(what, "plain pytest in a fresh process, the hidden ones", warm, fresh, 40.0)
    return row, profile(ours, "all tests of the task", rounds)


def profile(ours: Ours, tests: str, rounds: int) -> str:
    """Where the seconds of a warm grading of these tests go."""
    with Ours(ours.chapter, ours.grader.course.root, ours.student.parent).grader as grader:
        parts: dict[str, list[float]] = {}

        def clocked(owner: object, name: str, label: str) -> None:
            function = getattr(owner, name)

            def run(*args: object, **kwargs: object) -> object:
                began = time.perf_counter()
                try:
                    return function(*args, **kwargs)
                finally:
                    parts.setdefault(label, []).append(time.perf_counter() - began)

            setattr(owner, name, run)

        clocked(grader.session, "loaded", "running the module in the spare child, as far as it was waited for")
        clocked(grader.session, "call", "probes, the way there and back included")
        clocked(grader.session, "settle", "waiting until the one before is killed, wiped and verified")
        whole, lines = [], []
        for number in range(rounds):
            time.sleep(PAUSE)
            ours.student.write_text(f"{ours.source}\n# profiled {number} of {time.time_ns()}\n")
            parts.clear()
            began = time.perf_counter()
            grader.grade(ours.chapter, snapshot(ours.student, ours.chapter), "benchmark", task=TASK)
            whole.append(time.perf_counter() - began)
            longest = max(parts["probes, the way there and back included"])
            lines.append({label: sum(times) for label, times in parts.items()} | {"longest": longest})
    middle = {label: statistics.median(line[label] for line in lines) for label in lines[0]}
    longest = middle.pop("longest")
    rest = statistics.median(whole) - sum(middle.values())
    table = "".join(f"| {label} | {seconds:.3f} s |\n" for label, seconds in middle.items())
    return (
        f"Where a warm grading of {tests} goes (medians of {len(whole)}, {statistics.median(whole):.3f} s in "
        f"all):\n\n| part | seconds |\n|---|---|\n{table}"
        f"| of the probes, the longest: of compiled steps, AutoGraph converts the code in it | {longest:.3f} s |\n"
        f"| pytest, comparing, the report | {rest:.3f} s |\n"
    )


if __name__ == "__main__":
    sys.exit(common.main("one_more", __doc__, rows))
