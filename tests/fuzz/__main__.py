"""`make fuzz N=20000 SEED=1`: a longer fuzz than the tests', from a fresh seed."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from grader.grade import Grader
from tests.conftest import numpy_course
from tests.fuzz import explore
from tests.fuzz.targets import Fuzz


def main() -> int:
    """Runs every kind in turn, or those that are named."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument(
        "-n", type=int, default=20_000, help="submissions in all; a third more goes to the modules alone"
    )
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"seed {seed}: `make fuzz N={options.n} SEED={seed}` runs the same again", flush=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name) / "scratch"
        scratch.mkdir()
        course = numpy_course(Path(name) / "arrays")
        submissions, wrong = 0, []
        with Grader(course, "bwrap", seed=7) as grader:
            fuzz = Fuzz(course, grader, scratch)
            for target in fuzz.targets():
                if not options.kinds or target.name in options.kinds:
                    tally = fuzz.run(target, max(1, options.n * target.weight // 1000), seed)
                    submissions += tally.examples if target.submission else 0
                    wrong += explore.poor(target.name, tally)
                    print(tally.line(), flush=True)
    print(f"{submissions} submissions, each with a verdict or an exit 2")
    for line in wrong:
        print(f"error: the examples are too poor: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
