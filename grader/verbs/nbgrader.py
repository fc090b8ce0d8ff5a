"""`grader nbgrader`: nbgrader's course directory."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader.errors import UsageError
from grader.verbs.shared import PASSED, UNUSABLE, Verbs, find_chapter, load_course


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("nbgrader", help="set up nbgrader's course directory")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the directory, inside the course")
    parser.add_argument("--chapter", help="the chapter that --submissions are for")
    parser.add_argument(
        "--submissions", type=Path, metavar="FOLDER", help="put this class into submitted/, scripts as notebooks"
    )
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    if (options.chapter is None) != (options.submissions is None):
        raise UsageError("--chapter and --submissions go together")
    course = load_course(options)
    if course.solutions is None:
        raise UsageError("the solutions are not here, so there is nothing to make source notebooks from")
    chapter = find_chapter(course, options.chapter) if options.chapter else None
    try:
        from grader.nbgrader_engine.setup import collect, prepare
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed; it is in requirements/instructor.txt") from error

    prepare(course, options.out)
    print(f"{options.out}: configuration, and the source notebooks of {len(course.chapters)} chapters")
    if chapter is None:
        return PASSED
    students, problems = collect(chapter, options.submissions, options.out)
    print(f"{options.out / 'submitted'}: {len(students)} submissions for {chapter.id}")
    for problem in problems:
        print(f"grader: not taken: {problem}", file=sys.stderr)
    return UNUSABLE if problems else PASSED
