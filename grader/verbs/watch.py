"""`grader watch`: grade at each save."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from grader.verbs.shared import (
    PASSED,
    Verbs,
    add_own,
    add_running_options,
    chapter_of,
    check_device,
    check_image,
    sandbox_of,
    unconfined,
)

if TYPE_CHECKING:
    from grader.student.watch import Hand


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("watch", help="grade your work at each save, by a worker that is kept warm")
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("--task", help="begin with this task (default: the first that has not passed)")
    add_own(parser)
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.course import task_id
    from grader.reports.terminal import console
    from grader.student.client import Client
    from grader.student.desk import LocalHand
    from grader.student.watch import Watch

    course, chapter = chapter_of(options)
    task = task_id(chapter, options.task)
    check_device(options.device)
    check_image(options.image)
    if options.sandbox == "none":
        unconfined()
    how = (course.root, options.device, sandbox_of(options), options.seed, options.image)
    cold = options.no_cache or os.environ.get("GRADER_WARM") == "0"
    hand: Hand = LocalHand(*how)
    if not cold:
        hand = Client(*how)
    Watch(course, chapter, task, hand, lambda: LocalHand(*how), console()).run()
    return PASSED
