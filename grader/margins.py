"""Measures tolerances: how large the errors of right programs are, and how small those of wrong ones.

An error is a multiple of what the comparison allows, |actual - expected| / (atol + rtol |expected|): above 1 it fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.model import Outcome
from grader.proof import Finding, Margin
from grader.records import Record

FACTOR = 10.0  # at least, between a tolerance and the nearest right or wrong program; else another machine decides


class Margins:
    """Collects the errors of a chapter's programs."""

    def __init__(self) -> None:
        self._right: dict[tuple[str, str], tuple[float, str]] = {}
        self._wrong: dict[tuple[str, str], tuple[float, str]] = {}

    def right(self, program: str, records: Sequence[Record]) -> None:
        """Notes a program that must pass."""
        for record in records:
            key = (record.task, record.test)
            for error in record.errors:
                if record.visibility == "hidden" and error >= self._right.get(key, (-1.0, ""))[0]:
                    self._right[key] = error, program

    def wrong(self, program: str, tasks: Sequence[str], records: Sequence[Record]) -> None:
        """Notes a program that must fail some tests of `tasks`: where it does by its values, or nearly does."""
        for record in records:
            key = (record.task, record.test)
            if record.task not in tasks or record.visibility != "hidden" or not record.errors:
                continue
            error = max(record.errors)
            close = record.outcome is Outcome.PASSED and error > 1 / FACTOR
            if (close or (record.outcome is Outcome.FAILED and error > 1)) and error < self._wrong.get(
                key, (float("inf"), "")
            )[0]:
                self._wrong[key] = error, program

    def table(self) -> tuple[Margin, ...]:
        """What was measured, a row for each test that compares floats."""
        rows = []
        for key, (error, program) in self._right.items():
            wrong, other = self._wrong.get(key, (None, ""))
            rows.append(Margin(*key, _short(error), program, None if wrong is None else _short(wrong), other))
        return tuple(rows)


def too_close(chapter: str, margins: Sequence[Margin]) -> Iterator[Finding]:
    """The tests whose tolerance is nearer to a program than `FACTOR`."""
    for margin in margins:
        where = f"{chapter} {margin.task}"
        if margin.right > 1 / FACTOR:
            words = f"{margin.test}: {margin.right_by} is right and errs by {margin.right:.2g} of what is allowed"
            yield Finding("tolerance", where, words)
        if margin.wrong is not None and 1 / FACTOR < margin.wrong < FACTOR:
            words = f"{margin.test}: {margin.wrong_by} is wrong and errs by only {margin.wrong:.2g} of what is allowed"
            yield Finding("tolerance", where, words)


def _short(error: float) -> float:
    """Three digits, so that the last bits of a sum do not change the proof."""
    return float(f"{error:.3g}")
