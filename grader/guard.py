"""What a task forbids: the built-in that it asks the student to write.

Runs inside the sandbox, before and beside the student's code. It is a guard on the routes that are listed, not a
boundary: the boundary is the sandbox, and what gets past here is only a built-in that computes the same values.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple


class Hit(NamedTuple):
    """A forbidden name in the source of a definition that belongs to a task."""

    task: str
    name: str
    cell: str
    line: int


class ForbiddenUse(Exception):
    """The student's code called something that the task asks it to write."""


def canonical(dotted: str) -> str:
    """One spelling for the two roads to Keras: `keras.x` for `tensorflow.keras.x`."""
    for prefix in ("tensorflow.keras.", "tensorflow.python.keras.", "tensorflow._api.v2.v2.keras."):
        if dotted.startswith(prefix):
            return "keras." + dotted.removeprefix(prefix)
    return dotted


def scan(trees: Mapping[str, ast.Module], tasks: Iterable[Mapping[str, Any]]) -> list[Hit]:
    """Forbidden names used inside the top-level definitions that belong to a task.

    Args:
        trees: syntax trees by the name of their cell, in order.
        tasks: mappings with `id`, `names` (top-level definitions) and `forbidden` (dotted names).
    """
    owners: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for task in tasks:
        forbidden = frozenset(canonical(name) for name in task["forbidden"])
        for name in task["names"]:
            owners.setdefault(name, []).append((task["id"], forbidden))
    aliases: dict[str, str] = {}
    for tree in trees.values():
        _collect_imports(tree, aliases)
    hits = []
    for cell, tree in trees.items():
        for definition in tree.body:
            if isinstance(definition, (ast.ClassDef, ast.FunctionDef)) and definition.name in owners:
                for name, line in _dotted_names(definition, aliases):
                    hits += [
                        Hit(task, name, cell, line)
                        for task, forbidden in owners[definition.name]
                        if canonical(name) in forbidden
                    ]
    return hits


def _collect_imports(tree: ast.Module, aliases: dict[str, str]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"


def _dotted_names(definition: ast.AST, aliases: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    for node in ast.walk(definition):
        parts: list[str] = []
        target = node
        while isinstance(target, ast.Attribute):
            parts.append(target.attr)
            target = target.value
        if isinstance(target, ast.Name) and target.id in aliases:
            yield ".".join([aliases[target.id], *reversed(parts)]), getattr(node, "lineno", 0)


class Guard:
    """Patched entry points; remembers what was called, in case the student's code swallows the exception."""

    def __init__(self) -> None:
        self.used: list[str] = []

    @contextlib.contextmanager
    def active(self, names: Iterable[str]) -> Iterator[None]:
        """While it lasts, every listed class and function refuses its use.

        Args:
            names: dotted names; of a class every construction is refused, by whatever road it is reached. Names
                that do not exist are passed over.
        """
        undo: list[tuple[Any, str, Any]] = []
        for dotted in names:
            parent, _, attribute = dotted.rpartition(".")
            holder: Any = _resolve(parent)
            target = getattr(holder, attribute, None)
            if isinstance(target, type):
                holder, attribute, target = target, "__init__", target.__init__  # type: ignore[misc]
            if target is not None:
                undo.append((holder, attribute, target))
                setattr(holder, attribute, self._refusal(dotted))
        try:
            yield
        finally:
            for holder, attribute, target in reversed(undo):
                setattr(holder, attribute, target)

    def _refusal(self, dotted: str) -> Any:
        def refuse(*_: Any, **__: Any) -> None:
            self.used.append(dotted)
            raise ForbiddenUse(f"{dotted} is what this task asks you to write")

        return refuse


def _resolve(dotted: str) -> Any:
    parts = dotted.split(".")
    try:
        found: Any = importlib.import_module(parts[0])
        for part in parts[1:]:
            found = getattr(found, part)
    except (ImportError, AttributeError):
        try:
            return importlib.import_module(dotted)
        except ImportError:
            return None
    return found
