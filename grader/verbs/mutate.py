"""`grader mutate`: do the hidden tests catch machine-made slips?"""

from __future__ import annotations

import argparse
import os
import sys
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
)

if TYPE_CHECKING:
    from grader.mutation import Campaign


def add(verbs: Verbs) -> None:
    """Adds the verb to the command line."""
    parser = verbs.add_parser("mutate", help="judge machine-made mutants of the solutions by the hidden tests")
    parser.add_argument("chapter", nargs="?", help="one chapter (default: all)")
    parser.add_argument("--task", action="append", default=[], help="only the mutants of this task; may be repeated")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what became of each mutant there")
    add_running_options(parser)
    parser.set_defaults(verb=run)


def run(options: argparse.Namespace) -> int:
    """What the verb does; returns the exit code."""
    import msgspec

    from grader.atomic import write_atomic
    from grader.mutation import campaign
    from grader.reports.terminal import console

    course, chapters = chapters_of(options)
    for name in options.task:
        if not any(name == task.id for chapter in chapters for task in chapter.tasks):
            raise UsageError(f"there is no task {name!r} in {', '.join(chapter.key for chapter in chapters)}")
    check_writable(options.json)
    out = console(sys.stderr)
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
    if options.json:
        write_atomic(options.json, msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
    return FAILED if any(result.survivors or result.stale for result in results) else PASSED


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
    rate = 60 * len(result.mutants) / max(result.seconds, 0.1)
    lines.append(f"{result.chapter}: {len(result.mutants)} mutants in {result.seconds:.0f} s, {rate:.0f} a minute")
    return lines
