"""`grader new-task`: the pieces of a task, ready to be filled in."""

from __future__ import annotations

import argparse

from grader.verbs.shared import PASSED, Verbs, chapter_of


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("new-task", help="put the pieces of a new task where they belong")
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("task", help="its id, and the name of the function to write")
    parser.add_argument("--title", help="its title (default: made of the id)")
    parser.add_argument("--points", type=float, default=1.0, help="what it is worth (default: %(default)g)")
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.atomic import write_atomic
    from grader.scaffold import MARK, new_task

    course, chapter = chapter_of(options)
    title = options.title or options.task.replace("_", " ").capitalize()
    for path, text in new_task(chapter, options.task, title, options.points).items():
        write_atomic(path, text.encode())
        print(f"wrote {path.relative_to(course.root)}")
    print(
        f"Now write what is marked {MARK}, the solution first; add the task to the alternates; then:\n"
        f"  make render\n  .venv/bin/grader audit {chapter.key}   says what is still missing\n"
        f"  .venv/bin/grader mutate {chapter.key} --task {options.task}   says what no claim catches"
    )
    return PASSED
