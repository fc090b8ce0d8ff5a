"""What the verbs about a class have in common: their options, who grades, how they end."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.verbs.shared import INFRASTRUCTURE, PASSED, add_running_options, chapter_of, check_running

if TYPE_CHECKING:
    from rich.console import Console

    from grader.classroom.batch import Class
    from grader.classroom.pool import Workers
    from grader.model import Chapter, Course

OVERRIDES = "overrides.csv"


def add_class_options(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that grades a class."""
    parser.add_argument("chapter", help="such as ch4")
    parser.add_argument("folder", type=Path, help="a folder, file or archive a student, as platforms hand them out")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where reports and pages go")
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="CSV: id, name, email, group, section, extension days, also"
    )
    parser.add_argument("--rules", type=Path, metavar="FILE", help="TOML: deadline, late policy, which attempt counts")
    parser.add_argument(
        "--overrides", type=Path, metavar="FILE", help=f"CSV: student, task, score, comment (default: DIR/{OVERRIDES})"
    )
    parser.add_argument("--assignment", default="", metavar="NAME", help="the assignment's name on the platform")
    parser.add_argument(
        "--workers", type=_positive, metavar="N", help="processes (default: one a processor, as memory allows)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on the Dask cluster at this address")
    parser.add_argument(
        "--export", action="append", default=[], metavar="FORMAT",
        help="also write csv, canvas, moodle, gradescope, nbgrader or all, into DIR/exports",
    )  # fmt: skip
    parser.add_argument("--no-similar", action="store_true", help="do not compare submissions with each other")
    add_running_options(parser)


def class_of(options: argparse.Namespace) -> Class:
    """The class that the command is about; nothing is written before all of it is found sound."""
    from grader.classroom.batch import Class
    from grader.classroom.conditions import conditions
    from grader.classroom.intake import take_in
    from grader.classroom.overrides import read_overrides
    from grader.classroom.roster import read_roster
    from grader.classroom.rules import read_rules

    course, chapter = chapter_of(options)
    check_running(options)
    formats(options)
    roster = read_roster(options.roster) if options.roster else None
    rules = read_rules(options.rules)
    overrides = options.overrides or options.out / OVERRIDES
    said = read_overrides(overrides, chapter) if options.overrides or overrides.exists() else {}
    entries = take_in(options.folder, chapter, roster, options.assignment, options.out)
    for path, named in ((overrides, said), (options.rules, rules.submitted)):
        unknown = min((name for name in named if name not in entries), default=None)
        if unknown is not None:
            raise UsageError(f"{path} names {unknown!r}, who is neither on the roster nor among the submissions")
    cache = not options.no_cache
    told = conditions(course, chapter, options.sandbox, options.device, options.seed, cache, options.image)
    return Class(course, chapter, options.out, entries, told, rules, said)


def formats(options: argparse.Namespace) -> tuple[str, ...]:
    """The exports that are asked for."""
    from grader.classroom.publish import FORMATS

    asked = [word for words in options.export for word in words.split(",") if word]
    for name in asked:
        if name not in (*FORMATS, "all"):
            raise UsageError(f"--export {name}: there is no such form; there are {', '.join(FORMATS)} and all")
    return FORMATS if "all" in asked else tuple(asked)


def opener(
    options: argparse.Namespace, graded: Class, console: Console
) -> Callable[[int], AbstractContextManager[Workers]]:
    """Who grades so many submissions: a cluster that is there, processes, or this process alone."""
    from grader.classroom.pool import existing, local, suggested

    def say(words: str) -> None:
        console.file.write(f"{words}\n")
        console.file.flush()

    def start(jobs: int) -> AbstractContextManager[Workers]:
        if options.scheduler:
            return existing(graded.told, options.scheduler, say)
        count = min(options.workers, jobs) if options.workers else suggested(jobs)
        if not options.workers and importlib.util.find_spec("distributed") is None:
            count = 1
        return _here(options, graded.course, graded.chapter) if count == 1 else local(graded.told, count)

    return start


@contextlib.contextmanager
def _here(options: argparse.Namespace, course: Course, chapter: Chapter) -> Iterator[Workers]:
    from grader.classroom.pool import Inline
    from grader.grade import Grader

    cache = not options.no_cache
    with Grader(course, options.sandbox, options.device, options.seed, cache, image=options.image) as grader:
        yield Inline(grader, chapter)


def publish_and_tell(options: argparse.Namespace, graded: Class, graded_now: int, console: Console) -> int:
    """Tables and pages, a summary without names, the exit code."""
    from grader.classroom.publish import departed, publish
    from grader.model import Outcome
    from grader.reports.items import items_of
    from grader.reports.terminal import print_class
    from grader.reports.text import WORDS, plural

    try:
        changed = publish(graded, formats(options), not options.no_similar, str(options.folder.resolve()))
    except OSError as error:
        print(f"grader: {error.filename or options.out} cannot be written: {error.strerror}", file=sys.stderr)
        print("grader: the reports that were written stay; make room and run the same command again", file=sys.stderr)
        return INFRASTRUCTURE
    if options.table:
        print_class((standing.report for standing in graded.results), console)
    items = items_of(graded.results)
    counts = ", ".join(f"{items.outcomes[outcome]} {WORDS[outcome]}" for outcome in Outcome if items.outcomes[outcome])
    kept = items.handed_in - graded_now
    if not changed:
        print(f"Nothing has changed since the last run: {plural(items.handed_in, 'submission')} ({counts}) stand.")
    else:
        before = f", {kept} kept from before" if kept > 0 else ""
        print(f"{plural(graded_now, 'submission')} graded{before}: {counts}.")
    gone = len(departed(graded))
    if gone:
        print(f"{plural(gone, 'student')} of an earlier run handed in nothing now; see the class report.")
    print(f"Reports, gradebook and pages are in {options.out}: open {options.out / 'report.html'}")
    if graded.faults:
        words = next(iter(graded.faults.values()))
        print(f"grader: {plural(len(graded.faults), 'report')} missing: {words}; run it again", file=sys.stderr)
    if items.in_doubt:
        words = f"an attempt of {plural(items.in_doubt, 'student')}: the best of the others stands; run it again"
        print(f"grader: the grader failed at {words}", file=sys.stderr)
    return INFRASTRUCTURE if items.outcomes[Outcome.INFRASTRUCTURE] or items.in_doubt else PASSED


def _positive(word: str) -> int:
    number = int(word) if word.isdigit() else 0
    if not 0 < number <= 1000:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of workers")
    return number


@contextlib.contextmanager
def going_on() -> Iterator[None]:
    """Says how to go on where a class is stopped by Ctrl-C or `kill`."""
    try:
        yield
    except KeyboardInterrupt:
        print("\ngrader: what is graded is kept; run the same command again to go on", file=sys.stderr)
        raise
