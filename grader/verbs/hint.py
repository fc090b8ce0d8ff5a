"""`grader hint`: the next hint for a task."""

from __future__ import annotations

import argparse

from grader.verbs.shared import PASSED, Verbs, chapter_of


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("hint", help="the next hint for a task, one step further each time")
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("--task", help="which task (default: the one that you graded last by name)")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.course import task_id
    from grader.reports.terminal import console, print_hint
    from grader.student.hints import current, next_hint, who_knows
    from grader.student.progress import STEPS

    course, chapter = chapter_of(options)
    task = task_id(chapter, options.task)
    hint = next_hint(course, chapter, task or current(course, chapter))
    said = f"hint {hint.step} of {STEPS}" + (", the last one" if hint.step == STEPS else "")
    print_hint(chapter.task(hint.task).title, said, hint.text, console())
    print(f"\n{hint.lost or who_knows(course)}")
    return PASSED
