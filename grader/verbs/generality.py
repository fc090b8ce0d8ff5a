"""`grader seeds`: do the marks depend on the secret seed?"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.verbs.shared import (
    FAILED,
    PASSED,
    Verbs,
    add_running_options,
    chapters_of,
    check_writable,
    open_grader,
    write_results,
)

if TYPE_CHECKING:
    from grader.generality import Generality


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("seeds", help="mark right and wrong programs from many secret seeds")
    parser.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    parser.add_argument("--count", type=int, default=50, metavar="N", help="how many seeds (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="the number of the first (default: 1)")
    parser.add_argument(
        "--seconds", type=float, default=900.0, metavar="S", help="for one program (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: %(default)s)"
    )
    parser.add_argument("--program", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what came of each program there")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.generality import check
    from grader.reports.terminal import console

    if min(options.count, options.jobs) < 1 or not options.seconds > 0:
        raise UsageError("--count, --jobs and --seconds: a number above 0")
    course, chapters = chapters_of(options)
    check_writable(options.json)
    names = [f"seed {number}" for number in range(options.first, options.first + options.count)]
    results: dict[str, list[Generality]] = {}
    with (
        open_grader(course, options) as grader,
        tempfile.TemporaryDirectory(prefix="grader-seeds-") as cache,
        console(sys.stderr).status("marking") as status,
    ):
        grader.oracle.cache = Path(cache)  # nobody asks for so many seeds again
        for chapter in chapters:
            found = results[chapter.id] = []
            status.update(f"{chapter.key}: marking the solution")
            for row in check(grader, chapter, names, options.seconds, options.program, options.jobs):
                found.append(row)
                status.update(f"{chapter.key}: {len(found)} programs marked, {row.program} the last")
                for words in row.differences:
                    print(f"{chapter.key} {row.program}: {words}", flush=True)
            if not found:
                raise UsageError(f"{chapter.key} has none of these programs: {', '.join(options.program)}")
            marked = sum(row.seeds for row in found)
            apart = sum(bool(row.differences) for row in found)
            few = sum(row.seeds < options.count for row in found)
            print(
                f"{chapter.key}: {len(found)} programs, {marked} markings from other seeds; the marks of {apart} differ"
                f"{f'; {few} were marked from fewer than {options.count} seeds, for want of time' if few else ''}",
                flush=True,
            )
    write_results(options.json, results)
    differ = any(row.differences for found in results.values() for row in found)
    return FAILED if differ else PASSED
