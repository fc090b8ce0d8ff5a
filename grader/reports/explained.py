"""One verdict in full, as text for an instructor's terminal. Strings of the student's are made harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.reports import text

MANY = 60  # numbers shown of one array
DEEP = 400  # characters of a text


def value(tree: Any, indent: str = "  ") -> str:
    """A value tree, a line a leaf: path, dtype and shape, numbers."""
    return "\n".join(f"{indent}{path or 'value'}: {words}" for path, words in _leaves(tree, ""))


def _leaves(tree: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(tree, Mapping):
        pairs = [(f"{path}.{key}" if path else str(key), item) for key, item in tree.items()]
    elif isinstance(tree, Sequence) and not isinstance(tree, str | bytes) and any(map(_is_deep, tree)):
        pairs = [(f"{path}[{number}]", item) for number, item in enumerate(tree)]
    else:
        return [(text.line(path, 120), _leaf(tree))]
    return [leaf for name, item in pairs for leaf in _leaves(item, name)] or [(path, "empty")]


def _is_deep(item: Any) -> bool:
    return isinstance(item, Mapping | np.ndarray) or (isinstance(item, Sequence) and not isinstance(item, str))


def _leaf(item: Any) -> str:
    if isinstance(item, np.ndarray):
        numbers = np.array2string(item, threshold=MANY, precision=7, separator=", ", max_line_width=100)
        shape = "x".join(map(str, item.shape)) or "scalar"
        return f"{item.dtype} {shape}\n{numbers}".replace("\n", "\n      ")
    return text.clean(repr(item), DEEP)
