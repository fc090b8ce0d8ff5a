"""Tells whether two programs are written alike: definitions as syntax trees, without what is only a matter of names."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def fingerprint(source: str, names: Iterable[str], others: Iterable[str] = ()) -> str:
    """What is left of some definitions, and the helpers they use, once layout and naming are gone.

    Docstrings, comments, annotations and `pass` go; arguments, locals, helpers and attributes of self are numbered;
    imported names are written out in full; `x += y` becomes `x = x + y`; keywords are sorted.

    Args:
        source: a module.
        names: the top-level definitions to look at.
        others: names that are no helpers, though they may be used: those of other tasks.

    Raises:
        SyntaxError: the source is not Python.
    """
    tree = ast.parse(source)
    imported = _imports(tree)
    known: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            known[node.name] = node
        elif isinstance(node, ast.Assign):
            known |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    order = [name for name in names if name in known]
    skipped = set(others) - set(order)
    for name in order:  # grows as it goes: helpers of helpers
        for inner in ast.walk(known[name]):
            if isinstance(inner, ast.Name) and inner.id in known and inner.id not in skipped and inner.id not in order:
                order.append(inner.id)
    helpers = {name: f"helper{number}" for number, name in enumerate(order) if name not in set(names)}
    trees = [_Plain(imported | helpers, known[name]).visit(_copy(known[name])) for name in order]
    return "\n".join(ast.dump(node) for node in trees)


def _copy(node: ast.stmt) -> ast.stmt:
    return ast.parse(ast.unparse(node)).body[0]


def _imports(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                full = alias.name if alias.asname else alias.name.split(".")[0]
                names[alias.asname or full] = full
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


class _Plain(ast.NodeTransformer):
    """Takes the names and ornaments off one definition."""

    def __init__(self, outer: dict[str, str], node: ast.stmt) -> None:
        self.names = dict(outer)
        self.attributes: dict[str, str] = {}
        local: dict[str, None] = {}  # in order of appearance
        for inner in ast.walk(node):
            match inner:
                case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                    local[name] = None
                case ast.ExceptHandler(name=str(name)):
                    local[name] = None
                case ast.FunctionDef(name=name) if inner is not node and not isinstance(node, ast.ClassDef):
                    local[name] = None
                case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                    self.attributes.setdefault(name, f"attribute{len(self.attributes)}")
        self.names |= {name: f"local{number}" for number, name in enumerate(local)}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without docstring and annotations."""
        self.generic_visit(node)
        node.name, node.returns = self.names.get(node.name, node.name), None
        node.body = _without_ornaments(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """A class without docstring."""
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        node.body = _without_ornaments(node.body)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """An argument by its number, without annotation."""
        return ast.arg(self.names[node.arg], None)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A name by its number, or in full."""
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """An attribute of self by its number; one of a module as one name."""
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        self.generic_visit(node)
        if own:
            node.attr = self.attributes.get(node.attr, node.attr)
        elif isinstance(node.value, ast.Name) and node.value.id in self.names.values() and "." in node.value.id:
            return ast.Name(f"{node.value.id}.{node.attr}", node.ctx)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`x += y` as `x = x + y`."""
        self.generic_visit(node)
        left = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], ast.BinOp(left, node.op, node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """`x: int = y` as `x = y`."""
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value is not None else ast.Pass()

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call with its keywords in order."""
        self.generic_visit(node)
        node.keywords.sort(key=lambda keyword: keyword.arg or "")
        return node


def _without_ornaments(body: list[ast.stmt]) -> list[ast.stmt]:
    rest = [
        node
        for node in body
        if not isinstance(node, ast.Pass) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return rest or [ast.Pass()]
