"""`grader grade`: one submission."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.errors import UsageError
from grader.verbs.shared import (
    Verbs,
    add_running_options,
    chapter_of,
    check_device,
    check_writable,
    exit_code,
    open_grader,
    watching,
    workflow_commands_off,
)


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("grade", help="grade one submission")
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("path", type=Path, help="a .py or .ipynb file, a folder, or a zip or tar of one")
    parser.add_argument("--task", help="only this task, and what it needs")
    parser.add_argument("--student", help="whose work it is (default: the submission's own name)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a feedback page there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a summary there, such as a job's")
    parser.add_argument("--annotations", action="store_true", help="print the fails as GitHub's workflow commands too")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.atomic import write_atomic
    from grader.model import encode_report
    from grader.reports.html import feedback_page
    from grader.reports.markdown import annotations, summary
    from grader.reports.terminal import console, print_printed, print_report
    from grader.reports.text import identifier
    from grader.submission import snapshot

    course, chapter = chapter_of(options)
    check_device(options.device)
    if options.task is not None and options.task not in (task.id for task in chapter.tasks):
        known = ", ".join(task.id for task in chapter.tasks)
        raise UsageError(f"{chapter.key} has no task {options.task!r}; it has {known}")
    check_writable(options.json, options.html, options.markdown)
    work = snapshot(options.path, chapter)
    out = console()
    student = identifier(options.student or options.path.resolve().name)
    with open_grader(course, options) as grader, watching(out, chapter, options.task) as progress:
        report = grader.grade(chapter, work, student, options.task, progress)
    if options.json:
        write_atomic(options.json, encode_report(report))
    if options.html:
        write_atomic(options.html, feedback_page(report))
    if options.markdown:
        write_atomic(options.markdown, summary(report).encode())
    with workflow_commands_off(options.annotations):
        print_printed(grader.printed, out)
        print_report(report, out)
    if options.annotations:
        print(annotations(report, str(options.path)), end="")
    return exit_code([report])
