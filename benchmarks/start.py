"""How long the command takes to say what it can do, against a Python that does nothing."""

from __future__ import annotations

import statistics
import sys

from benchmarks import common
from benchmarks.common import Options, Row


def rows(options: Options) -> tuple[list[Row], str]:
    """`grader --help` and `python -c pass` in turn."""
    rounds = 7 if options.quick else 21
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(common.timed([sys.executable, "-m", "grader", "--help"]))
        bare.append(common.timed([sys.executable, "-c", "pass"]))
    over = statistics.median(a - b for a, b in zip(ours, bare, strict=True))
    return [
        Row(
            "`grader --help`", "`python -c pass`", tuple(ours), tuple(bare), over, 0.15, "at most", figure_unit="s more"
        )
    ], ""


if __name__ == "__main__":
    sys.exit(common.main("start", __doc__, rows))
