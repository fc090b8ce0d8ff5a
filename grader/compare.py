"""Compares two value trees: structure, then dtype, then shape, then finite, then close.

A value tree is made of None, bool, int, float, str, list, dict with string keys and plain NumPy arrays; a
tuple counts as a list. Types are exact: an int is no float, a bool no int, a 0-d array no number. Nothing
of the student's is ever called: values come from decoded bytes, and any other type is a difference.
Integers, booleans and strings must be equal; floats ``|actual - expected| <= atol + rtol*|expected|``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.differences import MAX_DEPTH, Difference, Kind, Path

Array = NDArray[Any]
Place = tuple[int, ...]

_meter: list[float] | None = None  # while somebody measures

_HUGE = 1e300  # as a tolerance: all finite numbers are close
_EXACT = "biu"
_SCALARS = (type(None), bool, int, float, str)
_DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])


class Mismatch(AssertionError):
    """Two trees differ; `difference` says where and how."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.words(show_values=False))
        self.difference = difference


class ClaimFailed(AssertionError):
    """A claim about the student's values does not hold; `words` are for the student."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def assert_close(
    actual: Any, expected: Any, rtol: float = 1e-5, atol: float = 1e-6, *, equal_nan: bool = False
) -> None:
    """Holds where the trees agree.

    Raises:
        Mismatch: they do not.
    """
    if _meter is not None:
        _meter.append(_error(actual, expected, rtol, atol))
    difference = find_difference(actual, expected, rtol, atol, equal_nan=equal_nan)
    if difference is not None:
        raise Mismatch(difference)


@contextlib.contextmanager
def measuring() -> Iterator[list[float]]:
    """Collects how far comparisons are from a tolerance: the largest |actual - expected| / (atol + rtol |expected|).

    Infinite where the trees differ in form, in what is compared exactly, or in what is finite.
    """
    global _meter
    before, _meter = _meter, []
    try:
        yield _meter
    finally:
        _meter = before


def check(condition: Any, words: str) -> None:
    """Holds where `condition` is exactly true: a truthy value of the student's (1, "no", [0]) is not.

    Raises:
        ClaimFailed: with `words`, which the student reads; they contain no hidden value.
    """
    if condition is True or (type(condition) is np.bool_ and bool(condition)):
        return
    raise ClaimFailed(words)


def similar(actual: Any, expected: Any, rtol: float = 1e-5, atol: float = 1e-6) -> bool:
    """Whether two trees agree, NaN being equal to NaN: how a student's values are matched with a mutant's."""
    return find_difference(actual, expected, rtol, atol, equal_nan=True) is None


def find_difference(
    actual: Any, expected: Any, rtol: float = 1e-5, atol: float = 1e-6, *, equal_nan: bool = False
) -> Difference | None:
    """The first difference, or None.

    The form (structure, dtype, shape) of the whole tree comes first, then the values in the tree's order.
    """
    found = _first(actual, expected, rtol, atol, equal_nan)
    return None if found is None else dataclasses.replace(found, roots=(actual, expected))


def _first(actual: Any, expected: Any, rtol: float, atol: float, equal_nan: bool) -> Difference | None:
    leaves: list[tuple[Path, Any, Any]] = []
    difference = _walk(actual, expected, leaves)
    if difference is not None:
        return difference
    arrays = [leaf for leaf in leaves if type(leaf[2]) is np.ndarray]
    for path, a, e in arrays:
        if _dtype(a) != _dtype(e) or _dtype(a) not in _DTYPES:
            return Difference("dtype", path, actual=a, expected=e)
    for path, a, e in arrays:
        if a.shape != e.shape:
            return Difference("shape", path, actual=a, expected=e)
    with np.errstate(all="ignore"):
        for path, a, e in leaves:
            if type(e) is np.ndarray:
                difference = _array(path, a, e, rtol, atol, equal_nan)
            else:
                difference = _scalar(path, a, e, rtol, atol, equal_nan)
            if difference is not None:
                return difference
    return None


def _error(actual: Any, expected: Any, rtol: float, atol: float) -> float:
    leaves: list[tuple[Path, Any, Any]] = []
    if _walk(actual, expected, leaves) is not None or find_difference(actual, expected, 0.0, _HUGE, equal_nan=True):
        return math.inf
    worst = 0.0
    with np.errstate(all="ignore"):
        for _, a, e in leaves:
            if type(e) is float or (type(e) is np.ndarray and e.dtype.kind == "f" and e.size):
                one, other = np.asarray(a, np.float64), np.asarray(e, np.float64)
                bound = atol + rtol * np.abs(other)
                errors = np.abs(one - other) / np.where(bound > 0, bound, np.finfo(np.float64).tiny)
                worst = max(worst, float(np.max(np.where(np.isfinite(other), errors, 0.0))))
    return worst


def _walk(actual: Any, expected: Any, leaves: list[tuple[Path, Any, Any]]) -> Difference | None:
    """Collects pairs of leaves in the order of the tree; stops at the first difference in structure."""
    stack: list[tuple[Path, Any, Any]] = [((), actual, expected)]
    while stack:
        path, a, e = stack.pop()
        kind = _kind(e)
        if kind is None or _kind(a) is not kind or len(path) > MAX_DEPTH:
            return Difference("structure", path, actual=a, expected=e)
        if kind is list:
            if len(a) != len(e):
                return Difference("structure", path, actual=a, expected=e)
            stack.extend(((*path, i), a[i], e[i]) for i in range(len(e) - 1, -1, -1))
        elif kind is dict:
            if any(type(key) is not str for key in (*a, *e)) or a.keys() != e.keys():
                return Difference("structure", path, actual=a, expected=e)
            stack.extend(((*path, key), a[key], e[key]) for key in reversed(e))
        else:
            leaves.append((path, a, e))
    return None


def _kind(value: Any) -> type | None:
    """The exact type, a tuple being a list; None for a type that no tree holds."""
    kind = type(value)
    if kind is list or kind is tuple:
        return list
    return kind if kind is np.ndarray or kind is dict or kind in _SCALARS else None


def _dtype(array: Array) -> str:
    """Kind and size, whatever the byte order."""
    return f"{array.dtype.kind}{array.dtype.itemsize}"


def _scalar(path: Path, a: Any, e: Any, rtol: float, atol: float, equal_nan: bool) -> Difference | None:
    if type(e) is not float:
        return None if a == e else _located("value", path, None, a, e, 1, 1)
    if not (math.isfinite(a) and math.isfinite(e)):
        if a == e or (equal_nan and a != a and e != e):
            return None
        return _located("finite", path, None, a, e, 1, 1)
    if abs(a - e) <= atol + rtol * abs(e):
        return None
    return _located("value", path, None, a, e, 1, 1)


def _array(path: Path, a: Array, e: Array, rtol: float, atol: float, equal_nan: bool) -> Difference | None:
    """The first difference of two arrays of the same dtype and shape."""
    if e.dtype.kind in _EXACT:
        wrong = a != e
        return _at("value", path, wrong, wrong, a, e) if wrong.any() else None
    wide_a, wide_e = a.astype(np.float64, copy=False), e.astype(np.float64, copy=False)
    error = np.abs(wide_a - wide_e)
    # an infinite error is never close, though an infinite `expected` makes the bound infinite too
    close = (error <= atol + rtol * np.abs(wide_e)) & (error < np.inf)
    if close.all():
        return None
    finite = np.isfinite(wide_a) & np.isfinite(wide_e)
    same = wide_a == wide_e
    if equal_nan:
        same |= np.isnan(wide_a) & np.isnan(wide_e)
    wrong = ~np.where(finite, close, same)
    if not wrong.any():
        return None
    special = wrong & ~finite
    if special.any():
        return _at("finite", path, special, wrong, a, e)
    return _at("value", path, wrong, wrong, a, e)


def _at(kind: Kind, path: Path, first: Any, wrong: Any, a: Array, e: Array) -> Difference:
    """A difference at the first true element of `first`, in C order; `wrong` marks all that differ."""
    # asarray: a comparison of 0-d arrays yields a scalar
    where = np.unravel_index(int(np.argmax(np.asarray(first))), e.shape)
    return _located(kind, path, tuple(int(i) for i in where), a, e, int(np.count_nonzero(wrong)), e.size)


def _located(kind: Kind, path: Path, index: Place | None, a: Any, e: Any, differing: int, total: int) -> Difference:
    one, other = (a, e) if index is None else (a[index].item(), e[index].item())
    absolute: float | None = None
    relative: float | None = None
    if type(other) in (int, float) and kind == "value":
        absolute = _float(abs(one - other))  # Python's numbers: exact for integers, at worst infinite
        if other != 0:
            relative = absolute / abs(_float(other)) if math.isfinite(absolute) else math.inf
    return Difference(kind, path, index, a, e, absolute, relative, differing, total)


def _float(number: float) -> float:
    """As a float; infinite where an integer is too large to be one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
