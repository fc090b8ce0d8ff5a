"""What a student waits for, side by side with what one would do without this grader.

Save to verdict in `make watch-ch4` (a real one, in a terminal of its own) against a fresh pytest after the save;
`make test-ch4 TASK=momentum`, cold and warm, against `python -c "import tensorflow"`. The sides take turns.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import common
from benchmarks.common import CHAPTER, PAUSE, ROOT, TASK, Options, Row
from grader import course as courses
from grader import render
from grader.model import decode_report

LINKS = ("grader", "exercises", "solutions", "course.toml", "pyproject.toml", "Makefile", "requirements")


def rows(options: Options) -> tuple[list[Row], str]:
    """All sides in turn: in a student's repository, and in a copy of the course."""
    rounds = 1 if options.quick else 5
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        student, course = _Sides(_release(Path(folder) / "release")), _Sides(_copy(Path(folder) / "course"))
        side, found = student, _saves(student, rounds, "in a student's repository, its visible cases of Momentum")
        if not options.quick:
            side, found = course, [*found, *_saves(course, rounds, "in the course's, all tests of Momentum")]
        found += _commands(side, rounds)  # what they want cached is, by now
    return found, ""


def _saves(side: _Sides, rounds: int, where: str) -> list[Row]:
    """Save to verdict, by a watch and by a fresh pytest after the same save."""
    watch, fresh = [], []
    try:
        side.submit()
        side.pytest()  # records the reference's values and fills the disk cache
        side.command()  # fills the cache of the reference's values
        probes, longest = map(statistics.median, zip(*(side.probes() for _ in range(rounds)), strict=True))
        with _Watch(side) as watching:
            watching.verdict(60.0)
            for _ in range(rounds):
                time.sleep(PAUSE)
                side.submit()
                watch.append(watching.verdict(30.0))
                fresh.append(side.pytest())
    finally:
        side.stop()
    limit = statistics.median(fresh) / probes
    note = (
        f"Of it {probes:.2f} s are the probes of {side.tests} tests, the way there and back included, in a process "
        f"that has loaded TensorFlow already; with nothing else it would be {limit:.0f} times. {longest:.2f} s of it "
        "are the test with the first compiled step, for which AutoGraph converts the student's code: that cannot be "
        "had beforehand. `benchmarks.one_more` has the profile."
    )
    what = f"save to verdict in `make watch-ch4`, {where}"
    return [
        common.times_less(what, "plain pytest of the same tests after a save", watch, fresh, 30.0, note=note),
        common.at_most(what, watch, 0.5),
    ]


def _commands(side: _Sides, rounds: int) -> list[Row]:
    """`make test-ch4` with and without a worker that is there already."""
    imports, cold, warm = [], [], []
    try:
        for _ in range(rounds):
            side.stop()
            imports.append(side.tensorflow())
            cold.append(side.command())
        for _ in range(rounds):
            time.sleep(PAUSE)
            warm.append(side.command())
        probes = statistics.median(side.probes()[0] for _ in range(rounds))
    finally:
        side.stop()
    command = "`make test-ch4 TASK=momentum`"
    over = statistics.median((b - probes) / a for a, b in zip(imports, cold, strict=True))
    return [
        Row(f"{command}, no worker there", '`python -c "import tensorflow"`', tuple(cold), tuple(imports), over, 1.15,
            "at most", note=f"The figure leaves out the probes, {probes:.2f} s in a warm worker."),
        common.at_most(f"{command}, the worker there", warm, 1.0),
    ]  # fmt: skip


def _copy(root: Path) -> Path:
    """What the commands need of the course's repository."""
    root.mkdir()
    for name in LINKS:
        source = ROOT / name
        shutil.copytree(source, root / name) if source.is_dir() else shutil.copy(source, root / name)
    return root


def _release(root: Path) -> Path:
    """A student's repository."""
    made = [sys.executable, "-m", "grader", "release", "--out", str(root)]
    run = subprocess.run(made, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"no student's repository can be made:\n{run.stdout}\n{run.stderr}")
    return root


class _Sides:
    """The commands that are compared, each on work that nobody has seen before."""

    def __init__(self, root: Path) -> None:
        runtime = root.with_suffix(".run")
        runtime.mkdir(mode=0o700)
        self.root, self.number, self.tests = root, 0, 0
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(root), "TERM": "xterm"}
        self.environment.pop("MAKEFLAGS", None)
        (root / ".venv").symlink_to(Path(sys.prefix))
        self.python = str(root / ".venv" / "bin" / "python")  # as make calls it: another name would be another worker
        self.source = render.solution(courses.load(ROOT).chapter(CHAPTER))
        self.chapter = courses.load(root).chapter(CHAPTER)
        self.student = self.chapter.exercises / f"{self.chapter.module}.py"
        hidden = root / "solutions" / CHAPTER / "test_hidden.py"
        self.suite = hidden if hidden.exists() else self.chapter.exercises / "test_public.py"

    def submit(self) -> None:
        self.number += 1
        self.student.write_text(f"{self.source}\n# submission {self.number}\n")

    def _timed(self, *command: str) -> float:
        began = time.perf_counter()
        run = subprocess.run(
            [self.python, *command],
            cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if run.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ends with {run.returncode}:\n{run.stdout}\n{run.stderr}")
        return time.perf_counter() - began

    def tensorflow(self) -> float:
        return self._timed("-c", "import tensorflow")

    def command(self) -> float:
        """make as a student calls it, whose environment is there: a release's lock is another than that of this one."""
        self.submit()
        began = time.perf_counter()
        run = subprocess.run(
            ["make", "-o", ".venv/lock.txt", "--no-print-directory", f"test-{self.chapter.key}", f"TASK={TASK}"],
            cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        if run.returncode != 0:
            raise SystemExit(f"make ends with {run.returncode}:\n{run.stdout}\n{run.stderr}")
        return seconds

    def probes(self) -> tuple[float, float]:
        """The tests alone, as the warm worker's report has them: seconds of all, and of the longest."""
        self.submit()
        report = self.root / "report.json"
        work = str(self.chapter.exercises)
        command = ["-m", "grader", "grade", self.chapter.key, work, "--warm", "--own", "--task", TASK]
        self._timed(*command, "--json", str(report))
        tasks = decode_report(report.read_bytes()).tasks
        seconds = [test.seconds for task in tasks for test in task.tests]
        self.tests = len(seconds)
        return sum(seconds), max(seconds)

    def pytest(self) -> float:
        command = ["-m", "pytest", "-q", "-p", "benchmarks.naive", "-p", "no:warnings", "-p", "no:cacheprovider"]
        command += ["--course", str(self.root), "--task", TASK, "--submission", str(self.student)]
        began = time.perf_counter()
        run = subprocess.run(
            [sys.executable, *command, "--answers", str(self.root / "answers.pickle"), str(self.suite)],
            cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if run.returncode != 0:
            raise SystemExit(f"the plain pytest does not pass:\n{run.stdout}\n{run.stderr}")
        return time.perf_counter() - began

    def stop(self) -> None:
        self._timed("-m", "grader", "warm", "--stop")


class _Watch:
    """A watch in a terminal of its own; the time of a verdict is what it shows in its corner."""

    def __init__(self, side: _Sides) -> None:
        command = [side.python, "-m", "grader", "watch", "ch4", "--own", "--task", TASK]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(side.root)
            os.execve(side.python, command, {**side.environment, "COLUMNS": "100", "LINES": "40"})
        self.written = ""
        self.first = True

    def __enter__(self) -> _Watch:
        return self

    def __exit__(self, *_: object) -> None:
        end = time.monotonic() + 10
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGINT)
            while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                with contextlib.suppress(OSError):  # it ends only when somebody reads what it writes
                    if select.select([self.terminal], [], [], 0.1)[0]:
                        os.read(self.terminal, 1 << 16)
                if time.monotonic() > end:
                    os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)

    def verdict(self, patience: float) -> float:
        """The seconds that the next verdict took; 0 for the first, which no save has asked for."""
        wanted = r"points" if self.first else r"([0-9.]+) s after the save"
        end = time.monotonic() + patience
        self.written = ""
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.written += os.read(self.terminal, 1 << 16).decode("utf-8", "replace")
            found = re.search(wanted, self.written)
            if found:
                self.first, shown = False, found
                self._settle(end)
                return float(shown[1]) if shown.groups() else 0.0
        raise SystemExit(f"watch gives no verdict:\n{self.written[-2000:]}")

    def _settle(self, end: float) -> None:
        """What has passed is followed by all tasks, for what is next: waits for them, as somebody does who reads."""
        while not re.search(r"All\s+tasks\s+of\s+this\s+chapter\s+pass", self.written):
            if time.monotonic() > end + 60:
                raise SystemExit(f"watch does not come to an end:\n{self.written[-2000:]}")
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.written += os.read(self.terminal, 1 << 16).decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(common.main("student", __doc__, rows))
