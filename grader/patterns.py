"""Patterns that tell a common mistake from two arrays. None reveals a value: hidden cases have them too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LARGEST = 1 << 20  # elements; beyond, no pattern is sought


def describe(kind: str, actual: Any, expected: Any) -> list[str]:
    """At most one sentence on what the difference looks like."""
    with np.errstate(all="ignore"):
        if kind == "structure":
            found = _structure(actual, expected)
        elif kind == "dtype":
            found = _dtype(actual, expected)
        elif kind == "shape":
            found = _shape(actual, expected)
        elif kind == "finite":
            found = _finite(actual, expected)
        else:
            found = _value(actual, expected)
    return [found] if found else []


def _structure(a: Any, e: Any) -> str:
    if a is None and e is not None:
        return "Is a `return` missing?"
    if type(a) is np.ndarray and a.shape == () and type(e) in (bool, int, float):
        return "An array of shape () is not a Python number: convert it with float() or int()."
    if type(a) in (bool, int, float) and type(e) is np.ndarray:
        return "A Python number has no shape and no dtype: keep it a tensor or an array."
    return ""


def _dtype(a: Array, e: Array) -> str:
    names = a.dtype.name, e.dtype.name
    if names == ("float64", "float32"):
        return "A NumPy default or a Python list has probably made it float64: use the dtype of the inputs."
    if names == ("float32", "float64"):
        return "Somewhere a constant is fixed to float32: use the dtype of the inputs."
    if a.dtype.kind in "iu" and e.dtype.kind == "f":
        return "Integers stand where real numbers belong: a cast has cut the fractions off or is missing."
    if a.dtype.kind == "f" and e.dtype.kind in "iu":
        return "Real numbers stand where integers belong."
    return ""


def _shape(a: Array, e: Array) -> str:
    mine, theirs = a.shape, e.shape
    if len(mine) == len(theirs) + 1 and mine[:-1] == theirs and mine[-1] == 1:
        return "There is an axis of size 1 too many at the end: a column broadcasts with (n,) to (n, n)."
    if len(theirs) == len(mine) + 1 and theirs[:-1] == mine and theirs[-1] == 1:
        return "The axis of size 1 at the end is missing: keep the column."
    if _squeezed(mine) == _squeezed(theirs):
        return "Only axes of size 1 differ: check keepdims, squeeze and expand_dims."
    if len(mine) == 2 and len(_squeezed(theirs)) == 1 and mine[0] == mine[1] == max(theirs):
        return "It looks as if a column (n, 1) had been combined with a row (n,), which broadcasts to (n, n)."
    if len(mine) == len(theirs) + 1 and len(mine) > 1 and mine[1:] == theirs and mine[0] == theirs[0]:
        return "A column has met a row on the way: (n, 1) with (n,) broadcasts to (n, n)."
    axis = _dropped(mine, theirs)
    if axis is not None:
        return f"Axis {axis} has been reduced away: give another `axis`, or keep it with `keepdims`."
    axis = _dropped(theirs, mine)
    if axis is not None and len(mine) > 1:
        return f"Axis {axis} has not been reduced: is an `axis` missing?"
    if len(mine) > 1 and mine == theirs[::-1]:
        return "The axes stand in the opposite order: it is transposed."
    if theirs and mine == ():
        return "Everything has been reduced to one number."
    if mine and theirs == ():
        return "It has not been reduced to one number."
    if sorted(mine) == sorted(theirs):
        return "The axes stand in another order."
    if len(mine) != len(theirs):
        return f"It has {'more' if len(mine) > len(theirs) else 'fewer'} axes than expected."
    if math.prod(mine) == math.prod(theirs):
        return "The number of elements is right: check the reshape."
    wrong = [axis for axis in range(len(mine)) if mine[axis] != theirs[axis]]
    return f"Axis {wrong[0]} has another size." if len(wrong) == 1 else ""


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _finite(actual: Any, expected: Any) -> str:
    a, e = np.asarray(actual, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if not np.isfinite(e).all():
        return ""
    if np.isnan(a).any():
        return "NaN comes from 0/0, inf - inf, or the root or logarithm of a negative number."
    return "Infinity comes from a division by zero or from numbers that grow too large."


def _value(actual: Any, expected: Any) -> str:
    if type(expected) not in (int, float, np.ndarray):
        return ""
    a, e = np.asarray(actual), np.asarray(expected)
    if e.dtype.kind not in "iuf" or a.dtype.kind not in "iuf" or not 0 < e.size <= LARGEST:
        return ""
    a, e = a.astype(np.float64), e.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(e).all()):
        return ""
    several = e.size > 1
    if not a.any() and e.any():
        return "Every element is zero." if several else "It is zero."
    if e.any() and _near(a, -e):
        return f"{'Every element has' if several else 'It has'} the right size but the opposite sign."
    if not several:
        return ""
    if e.ndim == 2 and e.shape[0] == e.shape[1] and _near(a.T, e):
        return "It is the transpose of what is expected."
    if (a == a.flat[0]).all() and not (e == e.flat[0]).all():
        return "Every element is the same number; they should differ."
    return _factor(a, e) or _offset(a, e) or _order(a, e) or _almost(a, e)


def _factor(a: Array, e: Array) -> str:
    """``Everywhere 1.9 times too large``, where one factor explains all, and more than one element."""
    factor = ratio(a, e)
    # a wrong step that comes on top of a common start also has a factor of about 1: tell only what is clear
    if factor is None or abs(abs(factor) - 1) <= 0.02:
        return ""
    sign = " and with the opposite sign" if factor < 0 else ""
    return f"Everywhere {times(factor)} times too {'large' if abs(factor) > 1 else 'small'}{sign}."


def ratio(a: Array, e: Array) -> float | None:
    """The one factor that explains all of several elements, if there is one."""
    top = np.abs(e).max()
    if not (0 < top < np.inf):
        return None
    used = np.abs(e) > 1e-6 * top
    if np.count_nonzero(used) < 2:
        return None
    factor = float(np.median(a[used] / e[used]))
    if not (np.isfinite(factor) and factor != 0 and 1e-6 < abs(factor) < 1e6 and _near(a, factor * e)):
        return None
    return factor


def times(factor: float) -> str:
    """How many times too large or too small, in two digits of what is above one: "1.0 times" is never said."""
    size = abs(factor) if abs(factor) > 1 else 1 / abs(factor)
    if size >= 100:
        return f"{float(f'{size:.1e}'):.0f}"
    return f"{size:.2f}" if size < 1.095 else f"{size:.1f}".removesuffix(".0") if size < 10 else f"{size:.2g}"


def _offset(a: Array, e: Array) -> str:
    gap = a - e
    middle = float(np.median(gap))
    if e.size < 3 or middle == 0 or not np.isfinite(middle):
        return ""
    even = np.abs(gap - middle).max() <= 1e-3 * abs(middle)
    return f"Everywhere too {'large' if middle > 0 else 'small'} by the same amount." if even else ""


def _order(a: Array, e: Array) -> str:
    if e.size < 3 or not np.allclose(np.sort(a, axis=None), np.sort(e, axis=None), rtol=1e-5, atol=0):
        return ""
    return "The numbers are right but stand in another order."


def _almost(a: Array, e: Array) -> str:
    scale = np.abs(e).max()
    if scale > 0 and np.abs(a - e).max() <= 1e-3 * scale:
        return "It is nearly right: look for a small term (an epsilon, a rounding, a lower precision)."
    return ""


def _near(a: Array, e: Array) -> bool:
    """Equal up to a thousandth of the largest element."""
    return bool(np.abs(a - e).max() <= 1e-3 * np.abs(e).max())


def _dropped(mine: tuple[int, ...], theirs: tuple[int, ...]) -> int | None:
    """The axis of `theirs` that `mine` lacks, where it lacks that one alone and only one can be meant."""
    if len(mine) != len(theirs) - 1 or not mine:
        return None
    found = [axis for axis in range(len(theirs)) if theirs[:axis] + theirs[axis + 1 :] == mine]
    return found[0] if len(found) == 1 else None
