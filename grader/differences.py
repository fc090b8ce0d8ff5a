"""One difference between two value trees, and the words for it.

For a hidden case the words hold no value of either side: shapes are in letters, errors have two digits.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader import agreement, patterns

Kind = Literal["structure", "dtype", "shape", "finite", "value"]
Path = tuple[str | int, ...]

_NAMES: dict[type, str] = {
    type(None): "None",
    bool: "a bool",
    int: "an int",
    float: "a float",
    str: "a string",
    list: "a list",
    tuple: "a list",
    dict: "a dictionary",
    np.ndarray: "an array",
}
MAX_DEPTH = 200  # deeper than any message may be; also ends a walk through a cycle
WHOLE = 24  # arrays up to so many elements are printed wholly
AROUND = 3  # of a larger one, so many elements on each side of the difference
TEXT = 60  # characters of a string that are shown


@dataclass(frozen=True, eq=False)
class Difference:
    """Where two trees first differ, and how. `actual` and `expected` are what stands at `path`."""

    kind: Kind
    path: Path
    index: tuple[int, ...] | None = None  # of the first differing element, where there is an array at `path`
    actual: Any = None
    expected: Any = None
    absolute: float | None = None  # |actual - expected| at that element
    relative: float | None = None  # the same over |expected|; None where that is 0
    differing: int = 0  # so many elements at `path` differ
    total: int = 0  # of so many
    roots: tuple[Any, Any] = (None, None)  # both whole trees: what agrees beside the difference is told as well

    @property
    def place(self) -> str:
        """The path as it would be written: ``steps[2].theta``; empty for the whole answer."""
        return path_text(self.path)

    def words(self, show_values: bool, start: Any = None) -> str:
        """What is wrong, in plain words.

        Args:
            show_values: whether both sides may be shown, as in public cases.
            start: what a first step set out from, where the inputs say so; see `agreement.lines`.
        """
        where = spoken(self.path) or (f"`{self.place}`" if self.path else "the answer")
        said = {
            "structure": self._structure,
            "dtype": self._dtype,
            "shape": self._shape,
            "finite": self._finite,
            "value": self._value,
        }[self.kind](where, show_values)
        lines = [said[0].upper() + said[1:]]
        agreed = agreement.lines(self.kind, self.path, self.roots, path_text, start)
        if self.kind in ("dtype", "shape"):
            lines[0] = " ".join([lines[0], *agreed])
        else:
            lines += agreed
        lines += patterns.describe(self.kind, self.actual, self.expected)
        if show_values and self.kind in ("finite", "value"):
            lines += self._both_sides()
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.words(show_values=False)

    def _structure(self, where: str, show: bool) -> str:
        a, e = self.actual, self.expected
        known = _NAMES.get(type(a)), _NAMES.get(type(e))
        if None in known:
            return f"{where} is of a kind that cannot be compared."
        if known[0] != known[1]:
            value = f" ({short(a)})" if show and type(a) in (bool, int, float, str) else ""
            return f"{where} is {known[0]}{value} where {known[1]} is expected."
        if len(self.path) > MAX_DEPTH:
            return f"{where} is nested too deeply to be compared."
        if type(e) is dict:
            return self._keys(where, show)
        if show:
            return f"{where} has {_plural(len(a), 'entry', 'entries')}, expected {len(e)}."
        gap = len(a) - len(e)
        size = "one entry too " if abs(gap) == 1 else "too "
        return f"{where} has {size}{'many' if gap > 0 else 'few'}{'' if abs(gap) == 1 else ' entries'}."

    def _keys(self, where: str, show: bool) -> str:
        a, e = self.actual, self.expected
        if any(type(key) is not str for key in a):
            return f"{where} has a key that is not a string."
        missing = [key for key in e if key not in a]
        extra = [key for key in a if key not in e]
        said = []
        if missing:
            said.append(f"lacks {_names(missing)}")
        if extra:
            # a key is a value of the student's code, which has seen the inputs: not shown for a hidden case
            named = _names(extra) if show else _plural(len(extra), "key", "keys", few=True)
            said.append(f"has {named} that {'is' if len(extra) == 1 else 'are'} not expected")
        return f"{where} {' and '.join(said)}."

    def _dtype(self, where: str, show: bool) -> str:
        a, e = _dtype_name(self.actual), _dtype_name(self.expected)
        if a == e:
            return f"{where} is an array of dtype {a}, which cannot be compared."
        return f"{where} has dtype {a}, expected {e}."

    def _shape(self, where: str, show: bool) -> str:
        a, e = self.actual.shape, self.expected.shape
        if show:
            return f"{where} has shape {a}, expected {e}."
        mine, theirs = symbols(a, e)
        return f"{where} has shape {mine}, expected {theirs}."

    def _finite(self, where: str, show: bool) -> str:
        a, e = self._elements()
        got = "NaN" if a != a else "finite" if math.isfinite(a) else "infinite"
        wanted = "a finite number" if math.isfinite(e) else "NaN" if e != e else "an infinity"
        if got == "infinite" and math.isinf(e):
            got, wanted = "an infinity of the wrong sign", "the other"
        if e != e and a != a:
            return f"{where}{self._at()} is NaN, which is not accepted here."
        return f"{where}{self._at()} is {got} where {wanted} is expected{self._counted()}."

    def _value(self, where: str, show: bool) -> str:
        if type(self.expected) is str:
            same = 0
            for mine, theirs in zip(self.actual, self.expected, strict=False):
                if mine != theirs:
                    break
                same += 1
            return f"{where} is another text: it differs from character {same + 1} on."
        if self.absolute is None:
            return f"{where}{self._at()} is not the expected truth value{self._counted()}."
        relative = "" if self.relative is None else f" (relative error {digits(self.relative)})"
        return f"{where}{self._at()} is off by {digits(self.absolute)}{relative}{self._counted()}."

    def _at(self) -> str:
        return f" at index {list(self.index)}" if self.index else ""

    def _counted(self) -> str:
        if self.total < 2:
            return ""
        if self.differing == self.total:
            return "; both elements differ" if self.total == 2 else f"; all {self.total} elements differ"
        return f"; {self.differing} of {self.total} elements differ"

    def _elements(self) -> tuple[Any, Any]:
        if self.index is None:
            return self.actual, self.expected
        return self.actual[self.index].item(), self.expected[self.index].item()

    def _both_sides(self) -> list[str]:
        if self.index is None:
            return [f"  expected: {short(self.expected)}", f"  actual:   {short(self.actual)}"]
        a, e, label = np.asarray(self.actual), np.asarray(self.expected), ""
        if e.size > WHOLE:
            *row, last = self.index
            window = slice(max(0, last - AROUND), min(e.shape[-1], last + AROUND + 1))
            a, e = a[tuple(row)][window], e[tuple(row)][window]
            label = f" at [{', '.join([*map(str, row), f'{window.start}:{window.stop}'])}]"
        for precision in (5, 8, 17):  # as few digits as show a difference
            shown = [_block(array, precision) for array in (e, a)]
            if shown[0] != shown[1]:
                break
        wide = "" if "\n" in shown[0] + shown[1] else "  "  # the numbers stand below each other
        return [f"  expected{label}:{shown[0]}", f"  actual{label}:{wide}{shown[1]}"]


def spoken(path: Path) -> str:
    """``variable 1 of step 2``, where every key is such a word with its number; else empty."""
    plain = all(type(key) is str and re.fullmatch(r"[a-z]{1,20} \d{1,4}", key) for key in path)
    return " of ".join(str(key) for key in reversed(path)) if plain else ""


def path_text(path: Path) -> str:
    """``steps[2].theta``; a key that is no name is quoted, and cut where it is long."""
    text = ""
    for key in path[:20]:
        if type(key) is int:
            text += f"[{key}]"
        elif re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,59}", str(key)):
            text += f".{key}" if text else str(key)
        else:
            text += f"[{short(key)}]"
    return text + ("[...]" if len(path) > 20 else "")


def digits(number: float) -> str:
    """Two digits: ``0.012``, ``3.4``, ``120``, ``1.0e-07``."""
    if not math.isfinite(number):
        return "more than any float can hold" if number > 0 else "nothing that can be told"
    rounded = float(f"{number:.1e}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1:
        return f"{rounded:.2g}"
    if 1 <= abs(rounded) < 10:
        return f"{rounded:.1f}".removesuffix(".0")
    return f"{rounded:.0f}" if 10 <= abs(rounded) < 1e6 else f"{rounded:.1e}"


def short(value: Any) -> str:
    """A scalar as Python writes it: escaped, and cut where it is long."""
    if type(value) is str:
        return repr(value[:TEXT]) + (f"... ({len(value)} characters)" if len(value) > TEXT else "")
    if type(value) is int and abs(value) >= 10**30:
        return f"an integer of {value.bit_length()} bits"
    if type(value) in (bool, int, float, type(None)):
        return repr(value)
    return _NAMES.get(type(value), "something else")


def symbols(actual: tuple[int, ...], expected: tuple[int, ...]) -> tuple[str, str]:
    """Two shapes with letters for their sizes, so that none is told; 0 and 1 stay as they are.

    Sizes that `expected` lacks are told as neighbours or doubles (``n-1``, ``2n``), or as ``?``.
    """
    letters: dict[int, str] = {}
    for size in expected:
        if size > 1 and size not in letters:
            letters[size] = "nmkdpqrstuvw"[len(letters) % 12]
    known = {0: "0", 1: "1"}
    for size, letter in letters.items():
        known.update({size + 1: f"{letter}+1", size - 1: f"{letter}-1", 2 * size: f"2{letter}"})
    known.update({0: "0", 1: "1", **letters})

    def spell(shape: tuple[int, ...]) -> str:
        inner = ", ".join(known.get(size, "?") for size in shape)
        return f"({inner},)" if len(shape) == 1 else f"({inner})"

    return spell(actual), spell(expected)


def _block(array: NDArray[Any], precision: int) -> str:
    text = np.array2string(array, precision=precision, separator=", ", threshold=1000, max_line_width=96)
    return " " + text if "\n" not in text else "\n" + "\n".join("    " + line for line in text.splitlines())


def _dtype_name(array: NDArray[Any]) -> str:
    return array.dtype.name if array.dtype.kind in "biuf" else "that is not numeric"


def _names(keys: list[str]) -> str:
    shown = ", ".join(f"`{path_text((key,))}`" for key in keys[:5])
    return shown + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")


def _plural(count: int, one: str, many: str, few: bool = False) -> str:
    """``1 entry``, ``3 entries``; with `few`, ``a key``, ``keys``."""
    if few:
        return f"a {one}" if count == 1 else many
    return f"{count} {one if count == 1 else many}"
