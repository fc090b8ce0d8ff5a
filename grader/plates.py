"""What is to be drawn of visible cases: plain numbers, the student's beside the expected. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from grader.model import Answer, Chapter, Inputs, Outcome
from grader.records import Record

Numbers = NDArray[np.float64]
LARGEST = 2000  # numbers in a row; a student's code may send any amount
FEWEST = 8  # points, below which there is no curve
MOST = 24  # plates of one grading


class Row(Struct, frozen=True):
    """One pair of axes: what was expected and what came, over the same x."""

    name: str
    over: str  # what x is
    x: Numbers
    expected: Numbers
    actual: Numbers | None  # None where there is nothing that could be drawn


class Plate(Struct, frozen=True):
    """One picture."""

    task: str
    test: str
    kind: str
    caption: str
    rows: tuple[Row, ...]


def of(chapter: Chapter, records: Sequence[Record], expected: Callable[[Inputs], Answer]) -> tuple[Plate, ...]:
    """The plates of a grading, those of fails first, at most `MOST`; of a test that fails only the cases that do.

    Args:
        chapter: says which probes have a picture.
        records: of the tests; hidden ones are passed over.
        expected: what is right, for visible inputs.
    """
    visible = [
        record
        for record in records
        if record.visibility == "public" and record.probe in chapter.pictures and record.inputs and record.calls
    ]
    wrong = {record.test for record in visible if record.outcome is not Outcome.PASSED}
    visible = [record for record in visible if record.outcome is not Outcome.PASSED or record.test not in wrong]
    visible.sort(key=lambda record: record.outcome is Outcome.PASSED)
    plates = (_plate(chapter, record, expected(record.inputs[-1]).value) for record in visible[:MOST])
    return tuple(plate for plate in plates if plate is not None)


def _plate(chapter: Chapter, record: Record, right: Any) -> Plate | None:
    inputs = record.inputs[-1]
    picture = chapter.pictures[inputs.probe]
    answer = record.calls[-1]
    given = answer.value if answer.outcome is None else None
    rows = []
    for place in picture.y:
        expected = _numbers(_at(right, place))
        actual = _numbers(_at(given, place))
        if expected is None or not expected.size:
            continue
        x = _numbers(_at(right if picture.kind == "losses" else inputs.values, picture.x)) if picture.x else None
        if picture.kind == "path":
            if expected.ndim != 2 or expected.shape[1] != 2 or x is None or x.shape != (2, 2):
                continue
            fits = actual is not None and actual.ndim == 2 and actual.shape[1] == 2
        else:
            x = np.arange(1.0, expected.size + 1) if x is None else x.ravel()
            expected = expected.ravel()
            if x.shape != expected.shape or (picture.kind == "curve" and x.size < FEWEST):
                continue
            actual = None if actual is None else actual.ravel()
            fits = actual is not None and actual.shape == expected.shape
        names = [name.rpartition(".")[2].replace("_", " ") for name in (place, picture.x or "step")]
        rows.append(Row(names[0], names[1], x, expected, actual if fits else None))
    if not rows:
        return None
    about = next((str(value) for value in inputs.choices.values() if type(value) is str and value.isidentifier()), "")
    shown = "your code and the expected" if any(row.actual is not None for row in rows) else "the expected"
    words = {
        "path": f"The way down the bowl: {shown}.",
        "curve": f"The curve of {about or record.task}: {shown}.",
        "losses": f"The losses on a log scale: {shown}.",
    }
    return Plate(record.task, record.test, picture.kind, words[picture.kind], tuple(rows))


def _at(tree: Any, place: str) -> Any:
    for key in place.split("."):
        tree = tree.get(key) if type(tree) is dict else None
    return tree


def _numbers(value: Any) -> Numbers | None:
    """An array of floats, where it is one or a list of numbers, and not too large."""
    if type(value) is list and 0 < len(value) <= LARGEST and all(type(each) in (int, float) for each in value):
        try:
            return np.array(value, np.float64)
        except OverflowError:
            return None
    if type(value) is np.ndarray and value.dtype.kind in "iuf" and value.size <= LARGEST:
        return value.astype(np.float64)
    return None
