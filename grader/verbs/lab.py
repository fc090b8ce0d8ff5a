"""`grader lab`: lessons and notebooks in JupyterLab."""

from __future__ import annotations

import argparse

from grader.verbs.shared import Verbs, load_course


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("lab", help="lessons and notebooks in JupyterLab, on this machine alone")
    parser.add_argument("--port", type=int, help="where it listens (default: 8888, or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.student.lab import start

    return start(load_course(options), options.port, not options.no_browser)
