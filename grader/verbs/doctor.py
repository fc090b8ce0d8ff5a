"""`grader doctor`: what this machine lacks."""

from __future__ import annotations

import argparse

from grader.verbs.shared import INFRASTRUCTURE, PASSED, Verbs, load_course


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("doctor", help="what this machine lacks, and the fix for each")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.doctor import examine, print_checks

    checks = examine(load_course(options))
    print_checks(checks)
    return INFRASTRUCTURE if any(check.status == "fail" for check in checks) else PASSED
