"""`grader release` and `grader update`: the student repository, made and kept up to date."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.verbs.shared import FAILED, PASSED, Verbs, find_chapter, load_course

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.model import Chapter, Course
    from grader.release.update import Change


def add(verbs: Verbs) -> None:
    """Adds the verbs to the command line."""
    parser = verbs.add_parser("release", help="make the student repository, or update one")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder, or an earlier release")
    parser.add_argument("--chapters", metavar="LIST", help="only these, such as ch1,ch2 (default: all)")
    parser.set_defaults(verb=run)
    parser = verbs.add_parser("update", help="take a newer release into this copy of the course")
    parser.add_argument("folder", type=Path, help="the newer release")
    parser.set_defaults(verb=run_update)


def run(options: argparse.Namespace) -> int:
    """What `release` does; returns the exit code: 1 where there are conflicts."""
    from grader.release.contents import release

    course = load_course(options)
    if course.solutions is None:
        raise UsageError("this is a student's copy of the course; releases are made where the solutions are")
    chapters = chosen(course, options.chapters)
    out = options.out.resolve()
    if out == course.root or (out in course.root.parents) or out.is_relative_to(course.exercises):
        raise UsageError(f"--out {options.out}: the release cannot go over the course itself")
    changes = release(course, chapters, options.out)
    return _say(changes, options.out, ", ".join(chapter.key for chapter in chapters))


def chosen(course: Course, names: str | None) -> tuple[Chapter, ...]:
    """The chapters that a list such as "ch1,ch2" names; all without one.

    Raises:
        UsageError: there is no such chapter, or the list is empty.
    """
    if names is None:
        return course.chapters
    wanted = {find_chapter(course, name.strip()).id for name in names.split(",") if name.strip()}
    if not wanted:
        raise UsageError("--chapters names none; it takes a list such as ch1,ch2")
    return tuple(chapter for chapter in course.chapters if chapter.id in wanted)


def run_update(options: argparse.Namespace) -> int:
    """What `update` does; returns the exit code: 1 where there are conflicts."""
    from grader.release.update import apply, read_release

    course = load_course(options)
    if course.solutions is not None:
        raise UsageError("this is the course itself, not a student's copy: it has nothing to update from")
    manifest, files = read_release(options.folder)
    keys = ", ".join(chapter.split("_")[0] for chapter in manifest.chapters)
    return _say(apply(manifest, files, course.root), course.root, keys)


def _say(changes: Sequence[Change], folder: Path, chapters: str) -> int:
    """One line a file that wants attention, one that counts the rest."""
    quiet = {"added", "updated", "removed"}
    for change in changes:
        if change.what not in quiet:
            print(change)
    counts = Counter(change.what for change in changes)
    done = [f"{counts[what]} {what}" for what in ("added", "updated", "merged", "removed") if counts[what]]
    words = ", ".join(done) or "nothing to change"
    conflicts = counts["conflict"]
    print(f"{folder}: {chapters}: {words}{f'; {conflicts} to look at, named above' if conflicts else ''}")
    return FAILED if conflicts else PASSED
