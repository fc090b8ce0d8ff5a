"""What of two value trees agrees where they differ elsewhere: how far they go together, and which part is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import patterns

Array = NDArray[Any]
Path = tuple[str | int, ...]
Spell = Callable[[Path], str]

_NUMBERED = re.compile(r"([a-z]+) ([1-9][0-9]{0,5})")  # "step 3": a key of a dictionary of such keys
RTOL, ATOL = 1e-4, 1e-6


def lines(kind: str, path: Path, roots: tuple[Any, Any], spell: Spell, start: Any = None) -> list[str]:
    """At most two sentences, and no value in them.

    Args:
        kind: of the difference.
        path: where it is.
        roots: both whole trees; None where they are not known.
        spell: a path in words.
        start: what the first of several steps set out from, where the inputs say so: a list of arrays, in the order
            of what each step holds.
    """
    if kind in ("dtype", "shape"):
        return _only_the_form(kind, path, roots)
    if kind not in ("finite", "value"):
        return []
    found = _progress(path, roots, spell, start)
    return found + _other_part(path, roots, spell)


def _only_the_form(kind: str, path: Path, roots: tuple[Any, Any]) -> list[str]:
    """Whether the numbers are right, so that nothing but the dtype or the shape is wrong."""
    a, e = _at(roots[0], path), _at(roots[1], path)
    if not (_numeric(a) and _numeric(e)) or a.size != e.size or not 1 < a.size <= patterns.LARGEST:
        return []
    if kind == "dtype" and a.shape == e.shape and _same(a, e):
        return ["The numbers agree: only the dtype is wrong."]
    if kind == "shape" and a.dtype == e.dtype and (_same(a.ravel(), e.ravel()) or _same(a.T.ravel(), e.ravel())):
        return ["The numbers are right: only the shape is wrong."]
    return []


def _progress(path: Path, roots: tuple[Any, Any], spell: Spell, start: Any) -> list[str]:
    """Where the path runs through a list, or through steps with numbers: how far the two sides agree."""
    for at, key in enumerate(path):
        if type(key) is int and key > 0:
            outer = spell(path[:at])
            first = f"`{outer}[0]`" if outer else "The first entry"
            if key == 1:
                return [f"{first} agrees; the two part at `{outer}[1]`."]
            upto = f"{first} to `{outer}[{key - 1}]`" if outer else f"The first {key} entries"
            return [f"{upto} agree; the two part at `{outer}[{key}]`."]
        numbered = _NUMBERED.fullmatch(key) if type(key) is str else None
        if numbered is not None and _is_row(_at(roots[1], path[:at]), numbered[1]):
            return _step(path, at, numbered[1], int(numbered[2]), roots, start)
    return []


def _step(path: Path, at: int, word: str, number: int, roots: tuple[Any, Any], start: Any) -> list[str]:
    """``Equal for 2 steps, then 1.9 times too long``."""
    long = _length(path, at, word, number, roots, start)
    if number == 1:
        return [f"The first {word} is {long}."] if long else []
    equal = f"Equal for {number - 1} {word}{'s' if number > 2 else ''}"
    return [f"{equal}, then {long}." if long else f"{equal}; the two part at {word} {number}."]


def _length(path: Path, at: int, word: str, number: int, roots: tuple[Any, Any], start: Any) -> str:
    """How far it goes from one step to the next, beside how far it should."""
    if word != "step":
        return ""
    now = [_at(root, path) for root in roots]
    if number > 1:
        before = _at(roots[1], (*path[:at], f"{word} {number - 1}", *path[at + 1 :]))
    else:
        before = _start(start, _at(roots[1], path[: at + 1]), path[at + 1 :])
    if not all(_numeric(each) for each in (*now, before)) or len({each.shape for each in (*now, before)}) != 1:
        return ""
    with np.errstate(all="ignore"):
        origin = before.astype(np.float64)
        a, e = (each.astype(np.float64) - origin for each in now)
        if not (a.size and np.isfinite(a).all() and np.isfinite(e).all() and np.abs(e).max() > 0):
            return ""
        if np.abs(a).max() <= 1e-6 * np.abs(e).max():
            return "nothing moves" if number > 1 else "no step at all: nothing moves"
        factor = patterns.ratio(a, e)
    if factor is None:
        return ""
    if abs(abs(factor) - 1) <= 0.02:
        return "in the opposite direction" if factor < 0 else ""
    turned = " and in the opposite direction" if factor < 0 else ""
    return f"{patterns.times(factor)} times too {'long' if abs(factor) > 1 else 'short'}{turned}"


def _start(start: Any, first: Any, rest: Path) -> Any:
    """What the place `rest` of the first step held before: the parts of `start` stand in the same order."""
    if type(start) is not list or type(first) is not dict or len(rest) != 1 or len(start) != len(first):
        return None
    return start[list(first).index(rest[0])] if rest[0] in first else None


def _other_part(path: Path, roots: tuple[Any, Any], spell: Spell) -> list[str]:
    """Value and gradient told apart: which of the two is right."""
    for at, key in enumerate(path):
        actual, expected = _at(roots[0], path[:at]), _at(roots[1], path[:at])
        if type(expected) is not dict or type(actual) is not dict or not any(map(_is_gradient, expected)):
            continue
        others = [name for name in expected if _is_gradient(name) != _is_gradient(str(key))]
        right = [name for name in others if _same(actual.get(name), expected[name])]
        if not others or right != others:
            continue
        if _is_gradient(str(key)):
            return [f"{_names(others, path[:at], spell)} right; the gradient is not."]
        return ["The gradient is right; the value is not."]
    return []


def _names(names: list[str], outer: Path, spell: Spell) -> str:
    said = " and ".join(f"`{spell((*outer, name))}`" for name in names[:3])
    return f"{said} {'is' if len(names) == 1 else 'are'}"


def _is_gradient(name: str) -> bool:
    return "gradient" in name


def _is_row(tree: Any, word: str) -> bool:
    """Whether a dictionary holds nothing but ``word 1``, ``word 2``, ..."""
    return type(tree) is dict and list(tree) == [f"{word} {number}" for number in range(1, len(tree) + 1)]


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        try:
            tree = tree[key] if type(tree) in (list, tuple, dict) else None
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _numeric(value: Any) -> bool:
    return type(value) is np.ndarray and value.dtype.kind in "biuf"


def _same(a: Any, e: Any) -> bool:
    """Whether two trees agree in everything but dtype."""
    if type(e) is dict:
        return type(a) is dict and a.keys() == e.keys() and all(_same(a[key], e[key]) for key in e)
    if type(e) in (list, tuple):
        return type(a) in (list, tuple) and len(a) == len(e) and all(map(_same, a, e))
    if _numeric(e):
        if not _numeric(a) or a.shape != e.shape:
            return False
        with np.errstate(all="ignore"):
            return bool(np.allclose(a.astype(np.float64), e.astype(np.float64), RTOL, ATOL, equal_nan=True))
    if type(e) is float and type(a) is float:
        return abs(a - e) <= ATOL + RTOL * abs(e)
    return type(a) is type(e) and type(e) is not np.ndarray and bool(a == e)
