"""`grader grade-class`: a folder of submissions."""

from __future__ import annotations

import argparse

from grader.verbs.shared import Verbs
from grader.verbs.shared_class import add_class_options, class_of, going_on, opener, publish_and_tell


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("grade-class", help="grade a folder of submissions")
    add_class_options(parser)
    parser.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep what is graded and has not changed (default), or grade all anew",
    )
    parser.add_argument("--table", action="store_true", help="print names and marks; else only counts are printed")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.reports.terminal import console

    out = console()
    graded = class_of(options)
    with graded.locked(), going_on():
        todo = graded.todo(options.resume)
        graded.grade(todo, opener(options, graded, out), out)
        return publish_and_tell(options, graded, len(todo), out)
