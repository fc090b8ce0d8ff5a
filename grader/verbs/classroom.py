"""`grader grade-class`: a folder of submissions."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.verbs.shared import INFRASTRUCTURE, PASSED, Verbs, add_running_options, chapter_of, open_grader


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("grade-class", help="grade a folder of submissions")
    parser.add_argument("chapter")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where reports and pages go")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.classroom import grade_class
    from grader.reports.terminal import console, print_class

    course, chapter = chapter_of(options)
    out = console()
    with open_grader(course, options) as grader:
        reports = grade_class(grader, chapter, options.folder, options.out, out)
    print_class(reports, out)
    print(f"Reports, gradebook and pages are in {options.out}: open {options.out / 'report.html'}")
    broken = any(report.outcome == "infrastructure" for report in reports)
    return INFRASTRUCTURE if broken else PASSED
