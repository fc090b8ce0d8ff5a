"""What the trusted side does itself, reading answers, comparing them and writing the report, against the probes' time.

Chapter 4's whole suite on its solution; the probes' time is what the parent waits for the worker.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT, Options, Row
from grader import compare, model, plugin, render, session
from grader import course as courses
from grader.atomic import write_atomic
from grader.grade import Grader, as_snapshot

Spent = dict[str, float]


@contextlib.contextmanager
def clocked(spent: Spent, label: str, owner: Any, name: str) -> Iterator[None]:
    """While it lasts, every call of `owner.name` adds to `spent[label]`."""
    function: Callable[..., Any] = getattr(owner, name)

    def run(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            spent[label] = spent.get(label, 0.0) + time.perf_counter() - began

    setattr(owner, name, run)
    try:
        yield
    finally:
        setattr(owner, name, function)


def rows(options: Options) -> tuple[list[Row], str]:
    """Some whole gradings, each taken apart."""
    rounds = 1 if options.quick else 7
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    source = render.solution(chapter)
    target = options.out / "one-report.json"
    own, probes, whole, parts = [], [], [], []
    with Grader(course) as grader:
        grader.grade(chapter, as_snapshot(chapter, source))
        for number in range(rounds):
            time.sleep(common.PAUSE)
            spent: Spent = {}
            began = time.perf_counter()
            with (
                clocked(spent, "waiting for the worker", session.Channel, "receive"),
                clocked(spent, "reading answers", session.wire, "decode"),
                clocked(spent, "comparing", compare, "find_difference"),
                clocked(spent, "reference values", plugin.Suite, "_reference"),
            ):
                report = grader.grade(chapter, as_snapshot(chapter, f"{source}\n# {number} of {time.time_ns()}\n"))
            written = time.perf_counter()
            write_atomic(target, model.encode_report(report))
            spent["writing the report"] = time.perf_counter() - written
            if report.score != report.max_score:
                raise SystemExit("the grader does not pass it")
            waiting = spent.pop("waiting for the worker")
            whole.append(time.perf_counter() - began)
            probes.append(waiting)
            own.append(sum(spent.values()))
            spent["pytest and the rest"] = whole[-1] - waiting - own[-1]
            parts.append(spent)
    lines = "".join(
        f"| {label} | {statistics.median(part.get(label, 0.0) for part in parts):.4f} s |\n" for label in parts[0]
    )
    row = Row(
        "reading, comparing and writing a report of chapter 4", "its probes", tuple(own), tuple(probes),
        statistics.median(100 * a / b for a, b in zip(own, probes, strict=True)), 5.0, "at most", figure_unit="%",
    )  # fmt: skip
    return [row], f"| of {statistics.median(whole):.2f} s | median |\n|---|---|\n{lines}"


if __name__ == "__main__":
    sys.exit(common.main("reports", __doc__, rows))
