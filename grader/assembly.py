"""Puts a mutant together: the solution's source with a few of its definitions replaced."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

from msgspec import Struct

from . import regions
from .errors import AuthorError
from .model import Chapter

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FIELD = re.compile(r"(?P<key>[a-z]+):[ \t]*(?P<text>.*)")


class Mutant(Struct, frozen=True):
    """A program that is known to be wrong in one way."""

    name: str  # "task_fault", the file's name
    task: str  # the task that the name begins with
    misconception: str  # what the code does, in one sentence
    fails: tuple[str, ...]  # the tasks it fails, without those that are blocked by them
    hint: str
    source: str  # the whole module


class _Edit(Struct, frozen=True):
    """Lines to put in place of `first` to `last` (counted from 1); `last` = `first` - 1 puts them before."""

    first: int
    last: int
    lines: tuple[str, ...]


def assemble(solution: str, mutant: str, filename: str) -> str:
    """The solution with the definitions of the mutant in the place of its own, and without region markers.

    A method that the solution's class does not have goes to the end of that class; a new top-level name goes
    before the first definition that is touched; imports go to the top.

    Raises:
        AuthorError: the mutant is not made of such definitions, or touches no region.
    """
    if regions.parse(mutant, filename):
        raise AuthorError(f"{filename}: a mutant has no region markers; it replaces whole definitions")
    marked, tree, form = _solution(solution)
    wrong = ast.parse(mutant)
    assembly = _Assembly(solution, mutant, filename, marked)
    statements = wrong.body[1:] if ast.get_docstring(wrong) is not None else wrong.body
    assembly.top(tree, statements)
    if not assembly.hits:
        raise AuthorError(f"{filename}: replaces no definition that holds a region of the solution")
    source = assembly.result()
    try:
        together = ast.parse(source)
        compile(together, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise AuthorError(f"{filename}: put together, line {error.lineno}: {error.msg}") from error
    if ast.dump(together) == form:
        raise AuthorError(f"{filename}: is no different from the solution")
    return source


@functools.lru_cache(maxsize=2)
def _solution(source: str) -> tuple[tuple[regions.Region, ...], ast.Module, str]:
    """The solution's regions, its syntax tree, and the tree as text: the same for all of its mutants."""
    tree = ast.parse(source)
    return regions.parse(source, "the solution"), tree, ast.dump(tree)


class _Assembly:
    """The edits that one mutant asks for."""

    def __init__(self, solution: str, mutant: str, filename: str, marked: tuple[regions.Region, ...]) -> None:
        self.old = solution.split("\n")
        self.new = mutant.split("\n")
        self.filename = filename
        self.marked = marked
        self.edits: list[_Edit] = []
        self.hits: set[str] = set()  # the regions that are replaced, or lie in what is

    def top(self, tree: ast.Module, statements: list[ast.stmt]) -> None:
        """The mutant's top level."""
        known = {name: node for node in tree.body for name in _names(node)}
        imports: list[str] = []
        added: list[str] = []
        touched: list[int] = []
        for node in statements:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports += self._text(node)
                continue
            old = next((known[name] for name in _names(node) if name in known), None)
            if not _names(node):
                raise self._error(node, "only definitions, plain assignments and imports may stand here")
            if old is None:
                added += ["", "", *self._text(node)]
                continue
            touched.append(_first(old))
            if isinstance(node, ast.ClassDef) and isinstance(old, ast.ClassDef):
                self._class(old, node)
            else:
                self._replace(old, node)
        if imports:
            place = next(_first(node) for node in tree.body if not _preamble(node))
            self.edits.append(_Edit(place, place - 1, tuple(imports)))
        if added:
            place = min(touched, default=len(self.old))
            self.edits.append(_Edit(place, place - 1, (*added[2:], "", "")))

    def _class(self, old: ast.ClassDef, new: ast.ClassDef) -> None:
        if new.decorator_list or new.keywords or (new.bases and ast.dump(_head(new)) != ast.dump(_head(old))):
            raise self._error(new, f"class {new.name}: give it the solution's bases, or none")
        known = {name: node for node in old.body for name in _names(node)}
        for node in new.body:
            if isinstance(node, ast.Pass) or (node is new.body[0] and ast.get_docstring(new) is not None):
                continue
            if not _names(node):
                raise self._error(node, f"class {new.name}: only methods and plain assignments may stand here")
            if node.col_offset != old.body[0].col_offset:
                raise self._error(node, f"class {new.name}: indent it as in the solution")
            before = next((known[name] for name in _names(node) if name in known), None)
            if before is not None:
                self._replace(before, node)
                continue
            end = self._last(old) + 1
            blank = ("",) if isinstance(node, _Function) else ()
            self.edits.append(_Edit(end, end - 1, (*blank, *self._text(node))))

    def _replace(self, old: ast.stmt, new: ast.stmt) -> None:
        if type(old) is not type(new) and not (isinstance(old, _Function) and isinstance(new, _Function)):
            raise self._error(new, f"{_names(new)[0]} is something else in the solution")
        first, last = _first(old), self._last(old)
        for region in self.marked:
            if first <= region.begin <= last or region.begin < first < region.end:
                self.hits.add(region.name)
        self.edits.append(_Edit(first, last, tuple(self._text(new))))

    def _last(self, node: ast.stmt) -> int:
        """A statement's last line in the solution, with a marker that closes its last region."""
        first, last = _first(node), node.end_lineno or node.lineno
        return max([last, *(region.end for region in self.marked if first <= region.begin <= last)])

    def _text(self, node: ast.stmt) -> list[str]:
        return self.new[_first(node) - 1 : node.end_lineno]

    def _error(self, node: ast.stmt, words: str) -> AuthorError:
        return AuthorError(f"{self.filename}:{_first(node)}: {words}")

    def result(self) -> str:
        """The source, edited from its end to its beginning, so that line numbers stay right."""
        gone = [line for region in self.marked for line in (region.begin, region.end)]
        replaced = [edit for edit in self.edits if edit.last >= edit.first]
        edits = [
            *self.edits,
            *(_Edit(n, n, ()) for n in gone if not any(edit.first <= n <= edit.last for edit in replaced)),
        ]
        lines = list(self.old)
        # Of two edits at one line the replacement goes first, and insertions keep their order.
        order = sorted(enumerate(edits), key=lambda item: (item[1].first, item[1].last, item[0]), reverse=True)
        below = len(lines) + 1
        for _, edit in order:
            if edit.last >= below:
                raise AuthorError(f"{self.filename}: replaces line {edit.last} of the solution twice")
            lines[edit.first - 1 : edit.last] = edit.lines
            below = edit.first
        return "\n".join(lines)


def mutants(chapter: Chapter, failing: str = "") -> tuple[Mutant, ...]:
    """The chapter's mutants, put together, in the order of its tasks.

    Args:
        chapter: whose.
        failing: only those that fail this task; empty: all.

    Raises:
        AuthorError: one of them is not what it should be, or there are no solutions here.
    """
    if chapter.solutions is None:
        raise AuthorError(f"{chapter.id}: the solutions are not here")
    solution = read(chapter.solutions / f"{chapter.module}.py")
    paths = sorted((chapter.solutions / "mutants").glob("*.py"))
    made = [mutant for path in paths if (mutant := _mutant(chapter, solution, path, failing)) is not None]
    order = [task.id for task in chapter.tasks]
    return tuple(sorted(made, key=lambda mutant: (order.index(mutant.task), mutant.name)))


def _mutant(chapter: Chapter, solution: str, path: Path, failing: str) -> Mutant | None:
    text = read(path)
    task = max((task.id for task in chapter.tasks if path.stem.startswith(f"{task.id}_")), key=len, default=None)
    if task is None:
        raise AuthorError(f"{path}: a mutant's file is called <task>_<fault>.py; the chapter has no such task")
    try:
        words = ast.get_docstring(ast.parse(text)) or ""
    except (SyntaxError, ValueError) as error:
        raise AuthorError(f"{path}: not Python: {error}") from error
    misconception, fields = _fields(words, path)
    fails = tuple(name.strip() for name in fields["fails"].split(",") if name.strip())
    if not fails or len(set(fails)) != len(fails):
        raise AuthorError(f"{path}: fails: the tasks that this must fail, each once")
    for name in fails:
        try:
            closure = set(chapter.closure(name)) - {name}
        except KeyError:
            raise AuthorError(f'{path}: fails: the chapter has no task "{name}"') from None
        for need in closure.intersection(fails):
            raise AuthorError(f"{path}: fails: {name} is blocked by {need}, so leave it out")
    if failing and failing not in fails:
        return None
    source = assemble(solution, text, str(path))
    return Mutant(path.stem, task, misconception, fails, fields["hint"], source)


def _fields(words: str, path: Path) -> tuple[str, dict[str, str]]:
    """The docstring: a first line, then `fails:` and `hint:`, whose text may run over several lines."""
    first, _, rest = words.partition("\n")
    if not first.strip():
        raise AuthorError(f"{path}: the docstring's first line states the misconception")
    fields: dict[str, str] = {}
    key = ""
    for line in rest.split("\n"):
        match = _FIELD.fullmatch(line)
        if match and match["key"] in ("fails", "hint") and match["key"] not in fields:
            key = match["key"]
            fields[key] = match["text"].strip()
        elif key:
            fields[key] = f"{fields[key]} {line.strip()}".strip()
        elif line.strip():
            raise AuthorError(f"{path}: docstring: {line.strip()!r} is neither fails: nor hint:")
    for key in ("fails", "hint"):
        if not fields.get(key):
            raise AuthorError(f'{path}: the docstring has no line "{key}: ..."')
    return first.strip(), fields


def read(path: Path) -> str:
    """A text file of the course's own.

    Raises:
        AuthorError: it is not there, or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise AuthorError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AuthorError(f"{path}: byte {error.start} is not UTF-8") from error


def _names(node: ast.stmt) -> tuple[str, ...]:
    """What a statement defines, if it is a definition or a plain assignment."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()


def _first(node: ast.stmt) -> int:
    """A statement's first line, its decorators included."""
    decorators = node.decorator_list if isinstance(node, _Function | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _head(node: ast.ClassDef) -> ast.ClassDef:
    return ast.ClassDef(node.name, node.bases, node.keywords, [], [])


def _preamble(node: ast.stmt) -> bool:
    """Whether imports must stay behind this statement: a docstring, or `from __future__`."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
