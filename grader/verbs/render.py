"""`grader render`: what is generated from the solutions."""

from __future__ import annotations

import argparse

from grader.errors import UsageError
from grader.verbs.shared import PASSED, Verbs, add_running_options, chapters_of, open_grader


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("render", help="generate skeletons, notebooks and recorded values from the solutions")
    parser.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.atomic import write_atomic
    from grader.render import files

    course, chapters = chapters_of(options)
    with open_grader(course, options) as grader:
        for chapter in chapters:
            if chapter.solutions is None:
                raise UsageError(f"{chapter.id} has no solution here to generate anything from")
            made = {**files(chapter), **grader.recorded_values(chapter)}
            for path, data in made.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.is_file() or path.read_bytes() != data:
                    write_atomic(path, data)
                    print(f"wrote {path.relative_to(course.root)}")
    return PASSED
