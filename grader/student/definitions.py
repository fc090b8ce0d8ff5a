"""What of a notebook's cells is handed in: the definitions that a task needs, not the experiments around them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from msgspec import Struct

from grader.model import Cell


class _Statement(Struct):
    cell: int
    first: int  # lines, from 1
    last: int
    binds: frozenset[str]
    reads: frozenset[str]
    assigns: bool  # reads before it binds, as a definition does not
    adds: bool  # may leave what an earlier statement has bound
    star: bool  # an import of everything
    changes: frozenset[str]  # names whose value it changes and does not bind anew


def definitions(cells: Sequence[Cell], wanted: Iterable[str]) -> tuple[Cell, ...]:
    """The newest definitions of the wanted names and of all that they mention, each in its own cell.

    Lines that are not taken are left empty, so that a line's number is that of the notebook's cell.

    Args:
        cells: as they were run, oldest first; one that cannot be read is passed over.
        wanted: top-level names.

    Returns:
        Cells with something in them, in the order in which they were run; none where no wanted name is defined.
    """
    statements = [each for number, cell in enumerate(cells) for each in _statements(number, cell.source)]
    makers: dict[str, list[int]] = {}
    for at, statement in enumerate(statements):
        for name in statement.binds:
            # `train = tf.function(train)` builds on what there was; a `def` that calls itself does not
            builds = statement.assigns and name in statement.reads
            fresh = not statement.adds and not builds and name not in statement.changes
            makers[name] = [at] if fresh else [*makers.get(name, []), at]
    chosen: set[int] = set()
    pending = [name for name in wanted if name in makers]
    if not pending:
        return ()
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for at in makers.get(name, ()):
            chosen.add(at)
            pending += statements[at].reads
            pending += statements[at].binds
    chosen |= {at for at, statement in enumerate(statements) if statement.star}
    taken: dict[int, set[int]] = {}
    for at in chosen:
        taken.setdefault(statements[at].cell, set()).update(range(statements[at].first, statements[at].last + 1))
    result = []
    for number in sorted(taken):
        lines = cells[number].source.split("\n")
        kept = [line if at in taken[number] else "" for at, line in enumerate(lines, start=1)]
        result.append(Cell(cells[number].name, "\n".join(kept).rstrip() + "\n"))
    return tuple(result)


def _statements(cell: int, source: str) -> list[_Statement]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for node in body:
        binds, star = _binds(node)
        if not binds and not star:
            continue  # it does something and defines nothing
        decorators = [each.lineno for each in getattr(node, "decorator_list", ())]
        reads = frozenset(
            each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        )
        adds = isinstance(node, ast.AugAssign) or not isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, *_IMPORTS)
        )
        assigns = isinstance(node, (ast.Assign, ast.AnnAssign))
        first = min([node.lineno, *decorators])
        last = node.end_lineno or node.lineno
        changes = frozenset(_changed(node)) if isinstance(node, (ast.Assign, ast.AugAssign)) else frozenset[str]()
        found.append(_Statement(cell, first, last, frozenset(binds), reads, assigns, adds, star, changes))
    return found


_IMPORTS = (ast.Import, ast.ImportFrom)


def _binds(node: ast.stmt) -> tuple[set[str], bool]:
    """The top-level names that a statement binds, and whether it imports everything of a module."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}, False
    if isinstance(node, ast.Expr):
        return set(), False
    binds: set[str] = set()
    pending: list[ast.AST] = [node]
    star = False
    while pending:
        each = pending.pop()
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            binds.add(each.name)
            continue  # what is inside is not at the top
        if isinstance(each, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        if isinstance(each, _IMPORTS):
            star |= any(alias.name == "*" for alias in each.names)
            binds |= {(alias.asname or alias.name).split(".")[0] for alias in each.names if alias.name != "*"}
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            binds.add(each.id)
        elif isinstance(each, (ast.Assign, ast.AugAssign)):
            binds |= _changed(each)
        pending += ast.iter_child_nodes(each)
    return binds, star


def _changed(node: ast.Assign | ast.AugAssign) -> set[str]:
    """`table["x"] = 1` and `thing.attribute = 1` belong to `table` and `thing`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    found = set()
    for target in targets:
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
            if isinstance(target, ast.Name):
                found.add(target.id)
    return found
