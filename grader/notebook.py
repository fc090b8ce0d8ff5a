"""Reads the code cells of a submitted notebook. Outputs are skipped unread."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from msgspec import Struct

from .errors import SubmissionError
from .model import Cell

_MAGIC = re.compile(
    r"[%!?]"  # %matplotlib inline, !pip install, ?name
    r"|[\w.]+\?{1,2}\s*$"  # name?
    r"|[\w.,\s]+=\s*(!|%\w)"  # files = !ls, t = %timeit -o f()
)
_RUNS_ITS_BODY = ("%%time", "%%timeit", "%%capture", "%%prun")  # cells whose body is code of this notebook
_SHOWN = 5


class Saved(Struct, frozen=True):
    """A cell of a notebook as it was saved; what is `Any` may be anything."""

    cell_type: str = ""
    source: str | list[str] = ""
    id: Any = None
    metadata: Any = None
    attachments: Any = None
    input: str | list[str] | None = None  # of format 3: the source of a code cell
    level: Any = None  # of format 3: of a heading

    @property
    def text(self) -> str:
        """Its source in one piece."""
        source = self.source if self.input is None else self.input
        text = source if isinstance(source, str) else "".join(source)
        text = text.encode("utf-8", "replace").decode()  # JSON may hold half a character
        return f"{'#' * self.level} {text}" if self.cell_type == "heading" and self.level in range(1, 7) else text


class _Sheet(Struct, frozen=True):
    cells: list[Saved] = []


class _Language(Struct, frozen=True):
    language: str = ""
    name: str = ""


class _Metadata(Struct, frozen=True):
    kernelspec: _Language = _Language()
    language_info: _Language = _Language()


class _Notebook(Struct, frozen=True):
    nbformat: int
    cells: list[Saved] | None = None
    worksheets: list[_Sheet] = []  # of format 3
    metadata: _Metadata = _Metadata()


def cells(text: str, name: str) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """The code cells of a notebook, and notes on what was left out.

    Cells are called "optimizers.ipynb cell 3", code cells counted from 1. A line that only IPython
    understands becomes `pass` with the line as a comment, so that line numbers stay.

    Args:
        text: the notebook's JSON.
        name: the file's name.

    Raises:
        SubmissionError: this is not a notebook of Python code, format 4 or 3.
    """
    result: list[Cell] = []
    notes: list[str] = []
    for number, source in enumerate(sources(text, name), start=1):
        label = f"{name} cell {number}"
        source, left_out = plain(source.replace("\r\n", "\n").replace("\r", "\n"))
        notes += [f"{label}, {note}" for note in left_out]
        if source.strip():
            result.append(Cell(label, source))
    if len(notes) > _SHOWN:
        notes[_SHOWN:] = [f"{name}: {len(notes) - _SHOWN} more lines of that kind were left out"]
    return tuple(result), tuple(notes)


def sources(text: str, name: str) -> list[str]:
    """The sources of a notebook's code cells, as they are.

    Raises:
        SubmissionError: as `cells`.
    """
    return [cell.text for cell in saved(text, name) if cell.cell_type == "code"]


def saved(text: str, name: str) -> list[Saved]:
    """All cells of a notebook, as they were saved.

    Raises:
        SubmissionError: as `cells`.
    """
    try:
        book = _decode(text)
    except msgspec.ValidationError as error:
        raise SubmissionError(f"{name} is not a notebook: {error}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        if "<<<<<<< " in text:
            raise SubmissionError(f"{name} holds the marks of a merge conflict: settle it, save it again") from error
        raise SubmissionError(f"{name} is not a notebook: it is not JSON ({error})") from error
    found = book.cells if book.nbformat == 4 else [cell for sheet in book.worksheets for cell in sheet.cells]
    if book.nbformat not in (3, 4) or found is None:
        raise SubmissionError(
            f"{name} is a notebook of format {book.nbformat}, not 4: open it in Jupyter and save it again"
        )
    for language in (book.metadata.kernelspec.language, book.metadata.language_info.name):
        if language and language.lower() not in ("python", "python3", "ipython"):
            raise SubmissionError(f"{name} is a notebook for another language than Python: choose a Python kernel")
    return found


def _decode(text: str) -> _Notebook:
    """The notebook; also one that holds what strict JSON does not, NaN in an output or half a character."""
    try:
        return msgspec.json.decode(text, type=_Notebook)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        try:
            lenient = json.loads(text)
        except ValueError:
            raise error from None
        return msgspec.convert(lenient, type=_Notebook)


def plain(source: str) -> tuple[str, list[str]]:
    """A cell's code without what only IPython understands, and notes on it; every line keeps its number."""
    lines = source.split("\n")
    notes: list[str] = []
    start = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[start].startswith("%%"):
        magic = lines[start].split()[0]
        if magic not in _RUNS_ITS_BODY:
            return "", [f"left out: a {_show(magic)} cell is not Python"]
        notes.append(f"line {start + 1} was left out: {_show(lines[start])}")
        lines[start] = f"# {lines[start]}"
    state = _Scanner()
    continued = False  # a magic's line that ends in a backslash goes on
    for index, line in enumerate(lines):
        stripped = line.strip()
        if continued or (state.at_start and _MAGIC.match(stripped)):
            indent = line[: len(line) - len(line.lstrip())]
            lines[index] = f"# {line}" if continued else f"{indent}pass  # {stripped}"
            if not continued:
                notes.append(f"line {index + 1} was left out: {_show(stripped)}")
            continued = line.endswith("\\")
        else:
            state.feed(line)
    return "\n".join(lines), notes


class _Scanner:
    """Knows, line by line, whether a new statement begins, or a bracket or a string is still open."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""  # what closes the string that is open
        self.backslash = False

    @property
    def at_start(self) -> bool:
        """Whether the next line begins a statement."""
        return not (self.depth or self.quote or self.backslash)

    def feed(self, line: str) -> None:
        """Takes in one line."""
        self.backslash = False
        at, end = 0, len(line)
        while at < end:
            if self.quote:
                at = self._close(line, at)
                continue
            char = line[at]
            if char == "#":
                break
            if char in "\"'":
                self.quote = char * 3 if line.startswith(char * 3, at) else char
                at += len(self.quote)
                continue
            if char in "([{":
                self.depth += 1
            elif char in ")]}":
                self.depth = max(self.depth - 1, 0)
            elif char == "\\" and at == end - 1:
                self.backslash = True
            at += 1
        if len(self.quote) == 1 and not line.endswith("\\"):
            self.quote = ""  # a plain string ends with its line

    def _close(self, line: str, at: int) -> int:
        """Where the line goes on behind the closing quote; its length if the string does not close here."""
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(self.quote, at):
                at += len(self.quote)
                self.quote = ""
                return at
            else:
                at += 1
        return len(line)


def _show(text: str) -> str:
    """A line of the student's, short and without control characters."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= 40 else clean[:39] + "…"
