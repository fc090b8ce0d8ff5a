"""`grader progress`: how far the student is."""

from __future__ import annotations

import argparse

from grader.verbs.shared import PASSED, Verbs, load_course


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("progress", help="how far you are, what has broken since, what is next")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.reports.terminal import console
    from grader.student.overview import print_progress

    print_progress(load_course(options), console())
    return PASSED
