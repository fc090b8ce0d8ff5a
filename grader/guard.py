"""What a task forbids: the built-in that it asks the student to write.

Runs inside the sandbox, before and beside the student's code. It is a guard on the routes that are listed, not a
boundary: the boundary is the sandbox, and what gets past here is only a built-in that computes the same values.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import types
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
                        if canonical(name) in forbidden or f"{canonical(name).rpartition('.')[0]}.*" in forbidden
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


# what a class does, by names that no method of the student's own has to answer to
_ACTIONS = frozenset(("__init__", "__new__", "__call__", "__iter__", "__next__", "__enter__"))


class Guard:
    """Patched entry points; remembers what was called, in case the student's code swallows the exception."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self.refused: set[str] = set()  # what is refused at the moment

    @contextlib.contextmanager
    def active(self, names: Iterable[str]) -> Iterator[None]:
        """While it lasts, every listed class and function refuses its use.

        Args:
            names: dotted names, or `module.*` for every public function of a module. Of a class every construction,
                every subclass and every method of its own is refused, by whatever road it is reached, also where
                the object was made before. Names that do not exist are passed over.
        """
        with contextlib.ExitStack() as undo:
            for dotted, holder, attribute, target in _targets(names):
                self.refused.add(dotted)
                undo.callback(self.refused.discard, dotted)
                refusal = self._refusal(dotted)
                if isinstance(target, type):
                    for name in _own_actions(target):
                        _replace(target, name, refusal, undo)
                    _replace(target, "__init_subclass__", classmethod(refusal), undo)
                else:
                    _replace(holder, attribute, refusal, undo)
            yield

    @contextlib.contextmanager
    def watching(self, names: Iterable[str]) -> Iterator[None]:
        """While it lasts, whoever takes a listed function gets one that can be refused later, in a task of its own."""
        with contextlib.ExitStack() as undo:
            for dotted, holder, attribute, target in _targets(names):
                if dotted not in self.refused and not isinstance(target, type):
                    _replace(holder, attribute, self._watched(dotted, target), undo)
            yield

    def _refusal(self, dotted: str) -> Any:
        def refuse(*_: Any, **__: Any) -> None:
            self.used.append(dotted)
            raise ForbiddenUse(f"{dotted} is what this task asks you to write")

        return refuse

    def _watched(self, dotted: str, target: Any) -> Any:
        refusal = self._refusal(dotted)

        @functools.wraps(target, updated=())
        def pass_on(*arguments: Any, **named: Any) -> Any:
            return refusal() if dotted in self.refused else target(*arguments, **named)

        return pass_on


def _targets(names: Iterable[str]) -> Iterator[tuple[str, Any, str, Any]]:
    """The dotted name, the holder, the attribute, and what is there now."""
    for dotted in names:
        parent, _, attribute = dotted.rpartition(".")
        holder = _resolve(parent)
        public = [name for name in vars(holder) if not name.startswith("_")] if holder and attribute == "*" else []
        for name in public or [attribute]:
            target = getattr(holder, name, None)
            if callable(target) and (attribute != "*" or inspect.isfunction(target)):
                yield f"{parent}.{name}", holder, name, target


def _own_actions(target: type) -> list[str]:
    """What can be done with a class or its objects, and is the class's own doing."""
    own = [name for name, value in vars(target).items() if isinstance(value, (types.FunctionType, classmethod))]
    return ["__init__", *(name for name in own if name in _ACTIONS - {"__init__"} or not name.startswith("__"))]


def _replace(holder: Any, attribute: str, value: Any, undo: contextlib.ExitStack) -> None:
    """Sets an attribute until `undo` is closed; what cannot be set is left."""
    before = vars(holder).get(attribute, _ABSENT)
    with contextlib.suppress(AttributeError, TypeError):
        setattr(holder, attribute, value)
        if before is _ABSENT:
            undo.callback(delattr, holder, attribute)
        else:
            undo.callback(setattr, holder, attribute, before)


_ABSENT = object()


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
