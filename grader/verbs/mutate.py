"""`grader mutate`: do the hidden tests catch machine-made slips?"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.verbs.shared import (
    FAILED,
    PASSED,
    Verbs,
    add_running_options,
    chapters_of,
    check_writable,
    open_grader,
    write_results,
)

if TYPE_CHECKING:
    from grader.model import Chapter, Course
    from grader.mutation import Campaign


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("mutate", help="judge machine-made mutants of the solutions by the hidden tests")
    parser.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    parser.add_argument("--task", action="append", default=[], help="only the mutants of this task; may be repeated")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: %(default)s)"
    )
    parser.add_argument(
        "--agree", type=int, metavar="N", help="ask the solution and each mutant that is listed as equivalent N inputs"
    )
    parser.add_argument("--seconds", type=float, metavar="S", help="with --agree: at most so long for each mutant")
    parser.add_argument("--record", action="store_true", help="with --agree: write the numbers into the lists")
    parser.add_argument("--unshown", action="store_true", help="with --agree: only those without numbers yet")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what became of each mutant there")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    from grader.mutation import campaign
    from grader.reports.terminal import console

    course, chapters = chapters_of(options)
    for name in options.task:
        if not any(name == task.id for chapter in chapters for task in chapter.tasks):
            raise UsageError(f"there is no task {name!r} in {', '.join(chapter.key for chapter in chapters)}")
    check_writable(options.json)
    out = console(sys.stderr)
    if options.agree is not None:
        return _agree(options, course, chapters)
    if options.seconds is not None or options.record or options.unshown:
        raise UsageError("--seconds, --record and --unshown go with --agree")
    results = []
    with open_grader(course, options) as grader, out.status("making mutants") as status:
        for chapter in chapters:
            tasks = [name for name in options.task if name in (task.id for task in chapter.tasks)]
            if options.task and not tasks:
                continue

            def shown(done: int, total: int, key: str = chapter.key) -> None:
                status.update(f"{key}: {done} of {total} mutants judged")

            results.append(campaign(grader, chapter, tasks, options.jobs, shown))
            print("\n".join(_lines(results[-1])), flush=True)
    write_results(options.json, results)
    return PASSED if all(result.ok for result in results) else FAILED


def _agree(options: argparse.Namespace, course: Course, chapters: Sequence[Chapter]) -> int:
    """Shows that what is listed as equivalent is; returns the exit code."""
    import msgspec

    from grader import equivalence, equivalents
    from grader.mutation import chapter_mutants

    if options.agree < 1 or (options.seconds is not None and not options.seconds > 0):
        raise UsageError("--agree and --seconds: a number above 0")
    results = []
    with open_grader(course, options) as grader:
        for chapter in chapters:
            known = equivalents.read(chapter)
            wanted = [m for m in chapter_mutants(chapter) if m.name in known]
            wanted = [m for m in wanted if not options.task or m.task in options.task]
            wanted = [m for m in wanted if not (options.unshown and known[m.name].shown)]
            but = {name: entry.but for name, entry in known.items()}
            for found in equivalence.compare(grader, chapter, wanted, options.agree, options.seconds or math.inf, but):
                results.append(found)
                end = f"; DIFFERS: {found.differs}" if found.differs else ""
                print(
                    f"{chapter.key} {found.mutant}: {found.inputs} inputs of {found.kinds} kinds, "
                    f"{found.extremes} extreme, in {found.seconds:.0f} s{end}",
                    flush=True,
                )
                if options.record:
                    count = 0 if found.differs else found.inputs
                    known[found.mutant] = msgspec.structs.replace(known[found.mutant], inputs=count)
                    equivalents.write(chapter, known.values())
    write_results(options.json, results)
    return FAILED if any(found.differs for found in results) else PASSED


def _lines(result: Campaign) -> list[str]:
    lines = []
    for task in dict.fromkeys(mutant.task for mutant in result.mutants):
        mine = [mutant for mutant in result.mutants if mutant.task == task]
        count = {word: sum(m.outcome == word for m in mine) for word in ("killed", "survived", "equivalent")}
        lines.append(
            f"{result.chapter} {task}: {len(mine)} mutants, {count['killed']} killed, "
            f"{count['equivalent']} equivalent, {count['survived']} survived"
        )
    lines += [f"survived: line {m.line}, {m.name}" for m in result.survivors]
    lines += [f"stale: {name}: listed as equivalent, but killed or not there" for name in result.stale]
    lines += [f"unshown: {name}: on how many inputs does it agree (--agree N --record)?" for name in result.unshown]
    if result.too_many:
        from grader.equivalents import SHARE

        lines.append(
            f"{result.chapter}: {result.share:.1%} of the mutants are called equivalent, more than {SHARE:.0%}"
        )
    rate = 60 * len(result.mutants) / max(result.seconds, 0.1)
    lines.append(f"{result.chapter}: {len(result.mutants)} mutants in {result.seconds:.0f} s, {rate:.0f} a minute")
    return lines
