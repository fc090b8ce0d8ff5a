"""`grader audit`: the proof that every check matters."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from grader.verbs.shared import (
    FAILED,
    PASSED,
    Verbs,
    add_running_options,
    chapters_of,
    check_writable,
    open_grader,
)


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("audit", help="prove that every check matters")
    parser.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the matrix and the findings there")
    parser.add_argument(
        "--variants", action="store_true", help="measure right programs in the course's other surroundings too"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the matrix as a page there")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.atomic import write_atomic
    from grader.audit import SEED, audit
    from grader.proof import encode_audit
    from grader.reports.matrix import page
    from grader.reports.terminal import console

    course, chapters = chapters_of(options)
    check_writable(options.json, options.html)
    options.seed = SEED if options.seed is None else options.seed
    surroundings = course.variants if options.variants else ()
    with open_grader(course, options) as grader:
        result = audit(course, chapters, grader, console(), jobs=os.cpu_count() or 1, surroundings=surroundings)
    if options.json:
        write_atomic(options.json, encode_audit(result))
    if options.html:
        write_atomic(options.html, page(result))
    return PASSED if result.ok else FAILED
