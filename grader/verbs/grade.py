"""`grader grade`: one submission."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Refusal, UsageError
from grader.verbs.shared import (
    Verbs,
    add_own,
    add_running_options,
    check_device,
    check_image,
    check_writable,
    exit_code,
    sandbox_of,
    unconfined,
    watching,
    workflow_commands_off,
)

if TYPE_CHECKING:
    from rich.console import Console

    from grader.model import Drawing, Report
    from grader.student.talk import Done


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("grade", help="grade one submission")
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("path", type=Path, help="a .py or .ipynb file, a folder, or a zip or tar of one")
    parser.add_argument("--task", help="only this task, and what it needs")
    parser.add_argument("--student", help="whose work it is (default: the submission's own name)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a feedback page there")
    parser.add_argument("--show", action="store_true", help="open that page, where there is a browser")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a summary there, such as a job's")
    parser.add_argument("--annotations", action="store_true", help="print the fails as GitHub's workflow commands too")
    add_own(parser)
    parser.add_argument(
        "--warm", action="store_true", help="by a background worker that waits for the next time (GRADER_WARM=0: not)"
    )
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.course import find_root
    from grader.reports.terminal import console, print_report

    check_device(options.device)
    check_image(options.image)
    check_writable(options.json, options.html, options.markdown)
    check_there(options.path)
    out = console()
    root = find_root(options.course or Path.cwd())
    done = _graded(options, root, out)
    report = done.report
    if report.environment.get("sandbox") == "none":
        unconfined()
    _write(options, report, done.pictures)
    with workflow_commands_off(options.annotations):
        print_report(report, out, own=options.own, printed=done.printed)
    if options.show and options.html:
        from grader.student.opening import opened

        where = os.path.relpath(options.html)
        print(f"\nThe page {'is being opened' if opened(options.html) else 'is written'}: {where}")
    if options.annotations:
        from grader.reports.markdown import annotations

        print(annotations(report, str(options.path)), end="")
    if options.own:
        from grader.course import load, task_id
        from grader.student.progress import taken_in

        course = load(root)
        for words in taken_in(course, report, task_id(course.chapter(report.chapter), options.task)):
            print(f"\n{words}")
    return exit_code([report])


def check_there(path: Path) -> None:
    """Raises UsageError where there is nothing at a path: it is told as it was typed."""
    if "\0" not in str(path) and not os.path.lexists(path):
        from grader.archive import show

        raise UsageError(f"{show(str(path))}: there is no such file or folder")


def _write(options: argparse.Namespace, report: Report, pictures: Sequence[Drawing]) -> None:
    """The files that were asked for; what makes them is imported only then."""
    from grader.atomic import write_atomic

    if options.json:
        from grader.model import encode_report

        write_atomic(options.json, encode_report(report))
    if options.html:
        from grader.reports.html import feedback_page

        write_atomic(options.html, feedback_page(report, pictures=pictures))
    if options.markdown:
        from grader.reports.markdown import summary

        write_atomic(options.markdown, summary(report).encode())


def _graded(options: argparse.Namespace, root: Path, out: Console) -> Done:
    """The result: from the background worker where it is wanted and to be had, else from this process."""
    from grader.student.talk import Busy, Job, Refused, Step, running, waiting

    job = Job(
        options.chapter,
        os.path.abspath(options.path),
        task=options.task,
        student=options.student,
        pictures=options.html is not None,
        who=f"make test-{options.chapter}",
        own=options.own,
    )
    how = (root, options.device, sandbox_of(options), options.seed, options.image)
    with watching(out) as show:

        def step(done: Step | Busy) -> None:
            words = waiting(done) if isinstance(done, Busy) else running(done)
            if show is not None:
                show(words)
            elif isinstance(done, Busy):
                print(f"grader: {words}", file=sys.stderr)

        result = None
        if options.warm and not options.no_cache and os.environ.get("GRADER_WARM") != "0":
            from grader.student.client import Client, Unavailable

            try:
                with Client(*how) as client:
                    result = client.grade(job, step)
            except Unavailable as reason:
                print(f"grader: no background worker: {reason}", file=sys.stderr)
        if result is None:
            from grader.student.desk import Desk

            with Desk(*how, cache=not options.no_cache) as desk:
                result = desk.grade(job, step)
    if isinstance(result, Refused):
        raise Refusal(result.words, result.code)
    return result
