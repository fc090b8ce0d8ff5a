"""The coordinator of a class at 100, 1 000 and 10 000 submissions: its memory, and its time for one more.

Grading itself takes no time here; taking in, keeping, publishing and drawing the pages are real.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from benchmarks import common
from benchmarks.common import ROOT, Options, Row

SIZES = (100, 1000, 10_000)
SCRIPT = """
import re, sys, time
from pathlib import Path
from grader.classroom.roster import read_roster
from tests.class_fakes import GOOD, coordinate, make_chapter, put
root, count = Path(sys.argv[1]), int(sys.argv[2])
chapter = make_chapter(root)
for number in range(count):
    put(root / "work", f"student{number:05d}.py", GOOD + f"# {number}\\n")
names = "".join(f"student{number:05d},Student {number}\\n" for number in range(count))
roster = put(root, "roster.csv", "id,name\\n" + names)
del names
began = time.perf_counter()
coordinate(chapter, root / "work", root / "out", roster=read_roster(roster))
# not ru_maxrss, which a process has from its parent
memory = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(memory / 1024, time.perf_counter() - began)
"""


def rows(options: Options) -> tuple[list[Row], str]:
    """One class of each size, each in a process of its own."""
    sizes = SIZES[:2] if options.quick else SIZES
    memory, seconds = [], []
    for count in sizes:
        with tempfile.TemporaryDirectory(dir=options.out) as folder:
            most, spent = measure(Path(folder), count)
        memory.append(most)
        seconds.append(spent)
    marginal = [1000 * (b - a) / (n - m) for (a, b), (m, n) in zip(pairwise(seconds), pairwise(sizes), strict=True)]
    lines = "".join(
        f"| {count} | {mib:.0f} MiB | {spent:.1f} s |\n"
        for count, mib, spent in zip(sizes, memory, seconds, strict=True)
    )
    found = [
        Row(f"coordinator's memory, {sizes[-1]} submissions", f"{sizes[0]}", (memory[-1],), (memory[0],),
            memory[-1] / memory[0], 1.1, "at most", unit="MiB"),
    ]  # fmt: skip
    if len(marginal) > 1:
        found.append(
            Row(f"coordinator's time for one more, {sizes[1]} to {sizes[2]} submissions", f"{sizes[0]} to {sizes[1]}",
                (marginal[1],), (marginal[0],), marginal[1] / marginal[0], 1.1, "at most", unit="ms")
        )  # fmt: skip
    lines += (
        "\nWho is in the class, what is to be graded and the ledger lie in temporary files; what was handed in and the "
        "reports are read when they are needed.\n"
    )
    return found, f"| submissions | memory at most | all of it |\n|---|---|---|\n{lines}"


def measure(folder: Path, count: int) -> tuple[float, float]:
    """The most memory of a process that has a class of so many done in an empty folder, in MiB; its seconds."""
    words = [sys.executable, "-c", SCRIPT, str(folder), str(count)]
    memory, seconds = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return float(memory), float(seconds)


if __name__ == "__main__":
    sys.exit(common.main("coordinator", __doc__, rows))
