"""`grader reset`: a fresh skeleton."""

from __future__ import annotations

import argparse

from grader.verbs.shared import PASSED, Verbs, chapter_of


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("reset", help="a fresh skeleton; the old work is kept beside it")
    parser.add_argument("chapter", help="such as ch4")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.student import progress
    from grader.student.reset import reset

    course, chapter = chapter_of(options)
    done = reset(chapter)
    for path, kept in done:
        print(f"{path.relative_to(course.root)} is fresh" + (f"; your work is now in {kept.name}" if kept else ""))
    if done and progress.forget(course, chapter):
        print(f"make progress begins anew for {chapter.key}; the hints that you have taken still count")
    if not done:
        print(f"{chapter.id} is as it was released: there is nothing to put back")
    return PASSED
