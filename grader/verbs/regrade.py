"""`grader regrade`: what another suite, seed or version of the grader would change, before it changes it."""

from __future__ import annotations

import argparse
import sys

from grader.verbs.shared import PASSED, Verbs
from grader.verbs.shared_class import add_class_options, class_of, going_on, opener, publish_and_tell


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("regrade", help="grade a class again: shows what would change before it changes it")
    add_class_options(parser)
    parser.add_argument("--all", action="store_true", help="also what has not changed by content")
    parser.add_argument("--apply", action="store_true", help="change it without asking")
    parser.set_defaults(verb=run, table=False)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.classroom.regrade import Regrading
    from grader.reports.terminal import console, print_changes
    from grader.reports.text import plural

    out = console()
    graded = class_of(options)
    with graded.locked(), going_on():
        again = Regrading(graded, options.all)
        if not again.todo:
            again.discard()
            print("Every report stands: submissions, suite, seed, grader and environment are the same.")
            return publish_and_tell(options, graded, 0, out)
        again.grade(opener(options, graded, out), out)
        changes = list(again.changes())
        print(f"{plural(len(again.todo), 'submission')} graded again; {plural(len(changes), 'report')} would change.")
        print_changes(changes, out)
        if again.failed:
            print(f"{plural(again.failed, 'submission')} could not be graded again: the old reports stay.")
        if not options.apply and not _asked():
            print("Nothing is changed; with --apply it is. The new reports wait in the meantime.")
            return PASSED
        again.apply()
        return publish_and_tell(options, graded, len(again.todo), out)


def _asked() -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        return input("Change it? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
