"""Value trees <-> bytes: a JSON header for structure, strings and scalars; safetensors for arrays.

A message is `MAGIC`, the header's length (4 bytes, little endian), the header, the arrays. In the header, None, bool,
int, float and str stand for themselves, `{"l": [...]}` is a list, `{"d": [[key, value], ...]}` a dictionary,
`{"f": "nan"}` a float that JSON has no word for, and `{"a": i}` the i-th array. Nothing is ever evaluated or
unpickled, and what is not exactly of this form is refused.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from grader.errors import UnsupportedValue, WireError

MAGIC = b"GVT1"
MAX_DEPTH = 32
MAX_COUNT = 200_000
MAX_BYTES = 64 << 20
DTYPES = frozenset(
    np.dtype(name)
    for name in ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())
)
_NONFINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode(tree: Any, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_count: int = MAX_COUNT) -> bytes:
    """The message for a value tree.

    Args:
        tree: None, bool, int (64 bits), float, str, lists and tuples, dictionaries with str keys, and whatever
            NumPy can turn into an array of one of `DTYPES`.
        max_bytes: the most that all arrays together may take, and the header by itself.

    Raises:
        UnsupportedValue: the tree holds something else, or too much; the text names the place.
    """
    writer = _Writer(max_bytes, max_depth, max_count)
    node = writer.node(tree, "the value", 0)
    header = json.dumps(node, allow_nan=False, separators=(",", ":")).encode()
    if len(header) > max_bytes:
        raise UnsupportedValue(f"the value is larger than {max_bytes} bytes")
    arrays = save({str(i): array for i, array in enumerate(writer.arrays)}) if writer.arrays else b""
    return MAGIC + len(header).to_bytes(4, "little") + header + arrays


class _Writer:
    def __init__(self, max_bytes: int, max_depth: int, max_count: int) -> None:
        self.max_depth, self.max_count = max_depth, max_count
        self.arrays: list[np.ndarray[Any, Any]] = []
        self.bytes_left = max_bytes
        self.count = 0

    def node(self, x: Any, place: str, depth: int) -> Any:
        self.count += 1
        if depth > self.max_depth:
            raise UnsupportedValue(f"{place[:200]} is nested more than {self.max_depth} deep")
        if self.count > self.max_count:
            raise UnsupportedValue(f"the value has more than {self.max_count} parts")
        if x is None or x is True or x is False:
            return x
        if isinstance(x, (str, int, float)) and not isinstance(x, np.generic):
            return self._scalar(x, place)
        if isinstance(x, (list, tuple)):
            return {"l": [self.node(item, f"{place}[{i}]", depth + 1) for i, item in enumerate(list(x))]}
        if isinstance(x, dict):
            for key in x:
                if type(key) is not str:
                    raise UnsupportedValue(f"{place} has a key that is not a string")
                _checked(key, UnsupportedValue)
            return {"d": [[key, self.node(x[key], f"{place}[{key!r}]", depth + 1)] for key in x]}
        return {"a": self._array(x, place)}

    @staticmethod
    def _scalar(x: str | int | float, place: str) -> Any:
        if isinstance(x, str):
            return _checked(str.__str__(x), UnsupportedValue)
        if isinstance(x, int):
            number = int.__index__(x)
            if not -(2**63) <= number < 2**64:
                raise UnsupportedValue(f"{place} is an integer of more than 64 bits")
            return number
        value = float.__float__(x)
        return value if math.isfinite(value) else {"f": str(value)}

    def _array(self, x: Any, place: str) -> int:
        try:
            array = np.asarray(x)
        except Exception as error:
            raise UnsupportedValue(f"{place} is a {type(x).__name__}, which has no values") from error
        if array.dtype.newbyteorder("=") not in DTYPES:
            raise UnsupportedValue(f"{place} is a {type(x).__name__} of dtype {str(array.dtype)[:40]}")
        self.bytes_left -= array.nbytes
        if self.bytes_left < 0:
            raise UnsupportedValue("the arrays are too large to be compared")
        # safetensors scrambles strided arrays without a word; reshape since ascontiguousarray has no 0-d
        dense = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)
        self.arrays.append(dense)
        return len(self.arrays) - 1


def check_parts(data: bytes, max_count: int) -> None:
    """Refuses a message of more parts than could be allowed before any of them is made.

    Raises:
        WireError: there are too many of the marks that part them, be it within strings.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if sum(data.count(mark, 8, end) for mark in (b",", b"[", b"{")) > 8 * max_count:
        raise WireError("a message of too many parts")


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_count: int = MAX_COUNT) -> Any:
    """The value tree of a message: built-in types and plain arrays that own nothing of the sender's.

    Raises:
        WireError: the bytes are not exactly a message, or one that is too large.
    """
    if data[:4] != MAGIC or len(data) < 8:
        raise WireError("not a message")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end - 8 > max_bytes or len(data) > 2 * max_bytes + 4096:
        raise WireError("a message whose size is off")
    try:
        header = json.loads(data[8:end].decode(), parse_constant=_refuse)
        arrays = load(data[end:]) if end < len(data) else {}
    except (ValueError, RecursionError, SafetensorError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise WireError(f"not a message: {type(error).__name__}") from None
    reader = _Reader(arrays, max_depth, max_count)
    tree = reader.node(header, 0)
    if reader.arrays:
        raise WireError("a message with arrays that nothing names")
    return tree


def _checked(text: str, error: type[WireError]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise error("a string that is not valid Unicode") from None
    return text


def _refuse(word: str) -> None:
    raise WireError(f"{word} in a header")


class _Reader:
    def __init__(self, arrays: dict[str, np.ndarray[Any, Any]], max_depth: int, max_count: int) -> None:
        self.max_depth, self.max_count = max_depth, max_count
        self.arrays = arrays
        self.count = 0

    def node(self, x: Any, depth: int) -> Any:
        self.count += 1
        if depth > self.max_depth or self.count > self.max_count:
            raise WireError("a message nested too deep, or of too many parts")
        if type(x) is not dict:
            if type(x) is list:
                raise WireError("a bare list in a header")
            return _checked(x, WireError) if type(x) is str else x
        if len(x) != 1:
            raise WireError("a header's node has one key")
        ((kind, content),) = x.items()
        if kind == "l" and type(content) is list:
            return [self.node(item, depth + 1) for item in content]
        if kind == "d" and type(content) is list:
            return self._dictionary(content, depth)
        if kind == "f" and type(content) is str and content in _NONFINITE:
            return _NONFINITE[content]
        if kind == "a" and type(content) is int:
            array = self.arrays.pop(str(content), None)
            if array is None or array.dtype not in DTYPES:
                raise WireError("an array that is not there, or of a dtype that is not carried")
            return array
        raise WireError("a header's node of no known kind")

    def _dictionary(self, pairs: list[Any], depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not str or pair[0] in result:
                raise WireError("a dictionary's pair that is none")
            result[_checked(pair[0], WireError)] = self.node(pair[1], depth + 1)
        return result
