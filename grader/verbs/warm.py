"""`grader warm`: the background workers that wait for the next command."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.verbs.shared import PASSED, Verbs


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("warm", help="the background workers of this course; --stop ends them")
    parser.add_argument("--stop", action="store_true", help="end them; they end by themselves when idle for 15 minutes")
    parser.add_argument("--all", action="store_true", help="of all your courses")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.course import find_root
    from grader.reports.text import plural
    from grader.student.client import alive, servers, stop

    found = servers(None if options.all else find_root(options.course or Path.cwd()))
    if options.stop:
        ended = sum([stop(path) for path in found])
        print(f"{plural(ended, 'background worker')} ended" if ended else "there was no background worker")
    else:
        found = [path for path in found if alive(path)]
        print(plural(len(found), "background worker") + (": end with `grader warm --stop`" if found else ""))
    return PASSED
