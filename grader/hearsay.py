"""What a student's process says of itself, checked for its form: hostile code may have written it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

Kind = Literal[
    "error", "syntax", "missing", "absent", "forbidden", "memory", "file", "scratch", "descriptors", "processes"
]
_T = TypeVar("_T")


class Raised(Struct, frozen=True):
    """An exception that ended a cell or a probe."""

    kind: Kind
    exception: str
    message: str
    cell: str
    line: int
    column: int = 0


class Hit(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A forbidden name in the source."""

    task: str
    name: str
    cell: str
    line: int


class Loaded(Struct, frozen=True):
    """What came of running the cells."""

    problems: list[Raised]
    hits: list[Hit]
    untouched: list[str]


def raised(said: Any) -> Raised:
    """An exception, as it is told.

    Raises:
        ValueError: it is told in another form.
    """
    return _checked(said, Raised)


def loaded(said: Any, tasks: Collection[str], cells: Collection[str]) -> Loaded:
    """What came of running the cells, as it is told.

    Args:
        said: a value tree.
        tasks: the chapter's.
        cells: the submission's.

    Raises:
        ValueError: it is told in another form, or of a task or a cell that there is not.
    """
    found = _checked(said, Loaded)
    if any(hit.task not in tasks or hit.cell not in cells for hit in found.hits):
        raise ValueError("a place that there is not")
    if any(task not in tasks for task in found.untouched):
        raise ValueError("a task that there is not")
    return found


_STACK = "Stack (most recent call first):\n"  # faulthandler's words
_FRAME = re.compile(r'^  File "([^"\n]{1,200})", line (\d{1,7}) in ', re.MULTILINE)
_CUT = "\n  ...\n"  # where a stack has too many frames, the outermost are left out


def stacks(said: Any, lines: Mapping[str, int]) -> list[list[tuple[str, int]]]:
    """The places in the student's code at some moments, the outermost first.

    Args:
        said: stacks, one after the other; the last one may have been cut short and is left out.
        lines: how many each cell has: what is not within them is no place.
    """
    found = []
    for stack in words(said).split(_STACK)[1:-1]:
        frames = [(cell, int(line)) for cell, line in _FRAME.findall(stack)]
        places = [(cell, line) for cell, line in frames if 0 < line <= lines.get(cell, 0)]
        if places and _CUT not in f"{stack}\n":
            found.append(places[::-1])
    return found


def words(said: Any) -> str:
    """A text; whatever else stands in its place is none."""
    return said if type(said) is str else ""


def _checked(said: Any, form: type[_T]) -> _T:
    try:
        return msgspec.convert(said, form)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
