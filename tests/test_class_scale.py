"""Many real grades of the NumPy course through the scheduler, while workers are killed at random.

`GRADER_SCALE=10000 python -m pytest tests/test_class_scale.py -m slow -s`, or `make scale`, is the whole class; without
it there are as many as fit into a few minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import coordinator
from grader.classroom.ledger import Line
from grader.model import Chapter, Course, decode_report
from grader.reports.gradebook import read_gradebook
from tests import class_runs as runs

COUNT = int(os.environ.get("GRADER_SCALE", "300"))
SHARE = 0.01  # of the grades, after which a worker is killed
EXPECTED = {0: "passed", 6: "failed", 7: "failed", 8: "missing", 9: "error"}


class Killer(threading.Thread):
    """Kills one worker, drawn at random, after every hundredth report on average; looks at the coordinator's memory."""

    def __init__(self, process: subprocess.Popen[str], out: Path, random: np.random.Generator) -> None:
        super().__init__(daemon=True)
        self.process, self.out, self.random = process, out, random
        self.killed = self.memory = 0

    def run(self) -> None:
        seen = len(runs.reports(self.out))
        while self.process.poll() is None:
            time.sleep(0.5)
            done = len(runs.reports(self.out))
            for _ in range(int(self.random.binomial(max(0, done - seen), SHARE))):
                workers = runs.workers_of(self.process.pid)
                if workers:
                    runs.kill(int(self.random.choice(workers)))
                    self.killed += 1
            seen = done
            self.memory = max(self.memory, peak(self.process.pid))


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_there_twice(
    arrays_course: Course, arrays: Chapter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, out = runs.write_class(arrays, tmp_path / "work", COUNT), tmp_path / "out"
    began = time.monotonic()
    process = runs.start(arrays_course.root, work, out, "--workers", "2")
    killer = Killer(process, out, runs.draw(11))
    killer.start()
    said, errors = process.communicate()
    killer.join()
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{said}{COUNT} grades in {seconds:.0f} s, {killer.killed} workers killed, "
              f"coordinator {killer.memory / 2**20:.0f} MiB at most")  # fmt: skip
    assert process.returncode == 0, errors
    assert errors == ""
    assert killer.killed >= COUNT * SHARE / 4
    check(out, COUNT)


def check(out: Path, count: int) -> None:
    """Every student has one report, one row, one line, and the verdict that the work deserves."""
    students = [f"student{number:05d}" for number in range(count)]
    rows = read_gradebook((out / "gradebook.csv").read_bytes())
    assert [row["student"] for row in rows] == students
    assert sorted(path.stem for path in runs.reports(out)) == students
    for number, row in enumerate(rows):
        report = decode_report((out / "results" / f"{row['student']}.json").read_bytes())
        assert report.outcome == row["outcome"] == EXPECTED.get(number % 10, "passed")
    lines = [json.loads(line) for line in (out / "ledger.jsonl").read_bytes().splitlines()]
    assert sorted(Line(*line).place for line in lines) == [f"results/{student}.json" for student in students]


@pytest.mark.slow
def test_the_coordinators_memory_is_flat(tmp_path: Path) -> None:
    used = {}
    for count in (100, 3000):
        folder = tmp_path / str(count)
        folder.mkdir()
        used[count], _ = coordinator.measure(folder, count)
    print(f"MiB at most, by submissions: {used}")
    assert used[3000] <= 1.1 * used[100]
