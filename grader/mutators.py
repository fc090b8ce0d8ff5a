"""Machine-made wrong programs: one small change to what the student is to write, by the operators of mutation testing.

On the `ast` module: the well-known tools change whole packages and run them by themselves, while here a change has to
stay within a marked region and go through the sandboxed suite.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from msgspec import Struct

from grader import regions

Replacement = ast.expr | ast.stmt
Place = tuple[ast.AST, str, int | None]  # a node, its field, and the position in it where that is a list

_BINARY: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.Sub),
    ast.Pow: (ast.Mult, ast.Div),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.MatMult: (ast.Mult,),
}
_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE),
    ast.NotEq: (ast.Eq, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# functions that stand next to each other in the mind, whatever module they are of
_SIBLINGS = (
    *("reduce_sum reduce_mean", "reduce_max reduce_min", "maximum minimum", "assign_add assign_sub", "exp expm1"),
    *("log log1p", "sqrt square", "zeros ones", "zeros_like ones_like", "argmax argmin", "floor ceil", "sin cos"),
    *("sigmoid tanh", "add subtract", "multiply divide", "any all", "reduce_any reduce_all", "append extend"),
    *("shape size", "stack concat", "greater less", "equal not_equal", "range repeat", "softmax log_softmax"),
    *("cumsum cumprod", "segment_sum segment_mean", "unsorted_segment_sum unsorted_segment_mean", "ones fill"),
)
_SYMMETRIC = {"maximum", "minimum", "add", "multiply", "equal", "not_equal", "logical_and", "logical_or"}
_SHAPE_ONLY = {"len", "shape", "rank", "zeros_like", "ones_like", "isinstance", "id", "type", "callable"}
_LEAVES = (ast.Break, ast.Return, ast.Raise, ast.Continue)
_EVEN = {"square", "abs", "cosh"}
_LABEL = "name"  # a keyword whose value is a label for people
_OTHER = {one: two for pair in _SIBLINGS for one, two in (pair.split(), pair.split()[::-1])}


class MachineMutant(Struct, frozen=True):
    """The solution with one change."""

    task: str
    region: str
    line: int  # in the solution
    operator: str
    before: str
    after: str
    source: str  # the whole module

    @property
    def name(self) -> str:
        """What tells it from the others, and stays when lines move."""
        return f"{self.region}: {self.before} -> {self.after}"


def machine_mutants(source: str, filename: str) -> Iterator[MachineMutant]:
    """Every program that one change to a region of the solution makes.

    Args:
        source: a solution with its marked regions.
        filename: for error messages.

    Raises:
        AuthorError: its regions are not in order.
    """
    tree = ast.parse(source)
    texts = [ast.unparse(statement) for statement in tree.body]
    seen = set(texts)
    for region in regions.parse(source, filename):
        counts: dict[tuple[str, str], int] = {}
        for index, statement in enumerate(tree.body):
            if statement.lineno >= region.end or (statement.end_lineno or 0) <= region.begin:
                continue
            for node, place in _within(statement, region):
                before = _shown(node)
                for operator, new in _changes(node):
                    if _cancels(place[0], node, new):
                        continue
                    changed = _put(statement, place, new)
                    if changed is None or changed in seen:
                        continue
                    seen.add(changed)
                    after = _shown(new)
                    count = counts[before, after] = counts.get((before, after), 0) + 1
                    after = f"{after} ({count})" if count > 1 else after
                    text = "\n\n\n".join([*texts[:index], changed, *texts[index + 1 :]]) + "\n"
                    yield MachineMutant(region.task, region.name, node.lineno, operator, before, after, text)


def _within(tree: ast.stmt, region: regions.Region) -> list[tuple[Replacement, Place]]:
    """The statements and expressions of a region, each with where it stands; text for people is left out."""
    found: list[tuple[Replacement, Place]] = []

    def walk(parent: ast.AST) -> None:
        for field, value in ast.iter_fields(parent):
            items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for position, node in items:
                if not isinstance(node, ast.AST):
                    continue
                if not isinstance(node, ast.stmt | ast.expr):
                    pass
                elif region.begin < node.lineno < region.end and not _idle(parent, field, node):
                    found.append((node, (parent, field, position)))
                if not isinstance(node, ast.Raise | ast.JoinedStr) and field not in ("annotation", "returns"):
                    walk(node)

    walk(tree)
    return found


def _idle(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Text for people, the names of what is called, and what is asked for its shape alone: nobody slips there."""
    if isinstance(parent, ast.Expr) and isinstance(node, ast.Constant):
        return True
    if isinstance(parent, ast.keyword) and parent.arg == _LABEL:
        return True
    if isinstance(parent, ast.Call) and isinstance(node, ast.Name) and _called(parent) in _SHAPE_ONLY:
        return True
    return isinstance(node, ast.Name) and (isinstance(parent, ast.Attribute) or field == "func")


def _cancels(parent: ast.AST, node: Replacement, new: Replacement) -> bool:
    """A change of sign that is squared, stripped of its sign, or asked for its truth alone, at once: the same numbers
    and the same gradients."""
    match parent:
        case ast.If() | ast.While() | ast.IfExp() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            even = getattr(parent, "test", node) is node
        case ast.Call(args=[first, *_]):
            even = first is node and _called(parent) in _EVEN
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
            even = left is node
        case _:
            even = False
    if not even:
        return False
    if isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.USub):
        return new.operand is node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand is new
    return (
        isinstance(node, ast.BinOp)
        and isinstance(new, ast.BinOp)
        and isinstance(new.op, ast.Sub)
        and (new.left, new.right) == (node.right, node.left)
    )


def _called(call: ast.Call) -> str:
    """The last word of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _shown(node: ast.AST) -> str:
    """A node on one line, as short as it can be told."""
    text = ast.unparse(node)
    first, _, rest = text.partition("\n")
    return f"{first} ..." if rest else first


def _put(tree: ast.stmt, place: Place, new: Replacement) -> str | None:
    """A definition with one node replaced; None where that is no program."""
    parent, field, position = place
    if position is None:
        old = getattr(parent, field)
        setattr(parent, field, new)
    else:
        old = getattr(parent, field)[position]
        getattr(parent, field)[position] = new
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
        with warnings.catch_warnings(action="ignore"):
            compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, TypeError, AttributeError):
        return None
    finally:
        if position is None:
            setattr(parent, field, old)
        else:
            getattr(parent, field)[position] = old
    return text


def _changes(node: Replacement) -> Iterator[tuple[str, Replacement]]:
    yield from _statement(node) if isinstance(node, ast.stmt) else _expression(node)


def _statement(node: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    """Changes of a statement. `del` stays: without it memory is freed later, and nothing else is different."""
    match node:
        case ast.Return(value=ast.expr()):
            yield "statement", ast.Return(ast.Constant(None))
        case ast.If(test=test, body=body, orelse=orelse):
            yield "condition", ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
            yield "condition", ast.If(ast.Constant(True), body, orelse)
            yield "condition", ast.If(ast.Constant(False), body, orelse)
        case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
            yield "loop", ast.For(target, ast.Tuple([], ast.Load()), body, orelse)
            if not isinstance(body[-1], _LEAVES):
                yield "loop", ast.For(target, iterable, [*body, ast.Break()], orelse)
        case ast.While(test=test, body=body, orelse=orelse):
            if not isinstance(body[-1], _LEAVES):
                yield "loop", ast.While(test, [*body, ast.Break()], orelse)
            yield "loop", ast.While(ast.Constant(False), body, orelse)
        case ast.AugAssign(target=target, op=op, value=value):
            for other in _BINARY.get(type(op), ()):
                yield "operator", ast.AugAssign(target, other(), value)
            yield "statement", ast.Pass()
        case ast.Continue():
            yield "statement", ast.Break()
            yield "statement", ast.Pass()
        case ast.FunctionDef(decorator_list=[_, *rest]):
            yield "decorator", ast.FunctionDef(node.name, node.args, node.body, rest, node.returns)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[ast.Name(id=argument), *_])) if (
            name == argument
        ):
            pass  # the call's own mutant, its argument, is the same program
        case ast.Assign() | ast.Expr() | ast.Raise() | ast.Assert() | ast.AnnAssign() | ast.Break():
            yield "statement", ast.Pass()


def _expression(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            for other in _BINARY.get(type(op), ()):
                yield "operator", ast.BinOp(left, other(), right)
            if isinstance(op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
                yield "operator", ast.BinOp(right, op, left)
            yield "operand", left
            yield "operand", right
            if isinstance(op, ast.Mult | ast.Div | ast.Pow):
                yield "sign", ast.UnaryOp(ast.USub(), node)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield "sign", operand
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for compare in _COMPARE.get(type(op), ()):
                yield "comparison", ast.Compare(left, [compare()], [right])
        case ast.BoolOp(op=op, values=values):
            yield "comparison", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for position in range(len(values)):
                rest = values[:position] + values[position + 1 :]
                yield "operand", ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "condition", ast.IfExp(test, orelse, body)
            yield "condition", body
            yield "condition", orelse
        case ast.Constant(value=value):
            yield from (("constant", ast.Constant(other)) for other in _constants(value))
        case ast.Call():
            yield from _call(node)
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=step), ctx=ctx):
            for parts in ((None, upper, step), (lower, None, step), (lower, upper, None)):
                yield "slice", ast.Subscript(value, ast.Slice(*parts), ctx)
        case ast.Name(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load(), value=ast.Name(id="self")):
            yield "sign", ast.UnaryOp(ast.USub(), node)


def _constants(value: object) -> Iterator[str | int | float | None]:
    match value:
        case bool():
            yield not value
        case None:
            yield 0
        case int():
            yield from (value + 1, value - 1, -value)
        case float():
            yield from (value * 2, value + 1.0, *([-value] if value else []), 0.0)
        case str():
            yield value + "x"
            yield ""


def _call(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    arguments, keywords = node.args, node.keywords
    for position in range(len(keywords)):
        if keywords[position].arg == _LABEL:
            continue
        rest = keywords[:position] + keywords[position + 1 :]
        yield "keyword", ast.Call(node.func, arguments, rest)
    if arguments and not any(isinstance(argument, ast.Starred) for argument in arguments):
        for argument in arguments[:2]:
            yield "call", argument
        if len(arguments) > 1:
            if not (isinstance(node.func, ast.Attribute) and node.func.attr in _SYMMETRIC):
                yield "argument", ast.Call(node.func, [arguments[1], arguments[0], *arguments[2:]], keywords)
            yield "argument", ast.Call(node.func, arguments[:-1], keywords)
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in _OTHER:
            other = ast.Attribute(node.func.value, _OTHER[node.func.attr], ast.Load())
            yield "function", ast.Call(other, arguments, keywords)
        if not arguments:
            yield "call", node.func.value
