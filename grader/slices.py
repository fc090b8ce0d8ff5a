"""Which definitions of a program a call can come to: what a mutant does not touch, it need not be asked again.

A mutant differs from the solution in a few top-level definitions. A probe that reaches none of them, by the names it
took from the module and all that these mention, gets the solution's own answer.
"""

from __future__ import annotations

import ast
import functools


def changed(reference: str, other: str) -> frozenset[str] | None:
    """The top-level names that are defined differently, or only in one of two sources.

    Returns:
        None where something other than definitions and imports differs, so that nothing can be said.
    """
    ours, our_rest = _definitions(reference)
    theirs, their_rest = _definitions(other)
    if our_rest != their_rest:
        return None
    return frozenset(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


@functools.lru_cache(4096)
def reachable(source: str, names: tuple[str, ...]) -> frozenset[str]:
    """The names, and all that their definitions mention, and what those mention in turn."""
    mentions: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        words = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for name in _names(statement):
            mentions.setdefault(name, set()).update(words)
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(mentions.get(name, ()))
    return frozenset(found)


def _definitions(source: str) -> tuple[dict[str, list[str]], list[str]]:
    by_name: dict[str, list[str]] = {}
    rest: list[str] = []
    for statement in ast.parse(source).body:
        names = _names(statement)
        for name in names:
            by_name.setdefault(name, []).append(ast.dump(statement))
        if not names:
            rest.append(ast.dump(statement))
    return by_name, rest


def _names(statement: ast.stmt) -> tuple[str, ...]:
    """What a top-level statement defines; nothing for one that does more than define."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return tuple((alias.asname or alias.name).split(".")[0] for alias in aliases)
        case ast.Assign(targets=[ast.Name(id=name)]):
            return (name,)
    return ()
