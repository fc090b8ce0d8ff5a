"""Marked regions of a solution: what the student is to write.

A region is opened by a line `#: begin task.part` and closed by `#: end task.part` at the same indent. A line
that only looks like one of these is an error, never a guess: a marker that is overlooked would hand out the
solution.
"""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize

from msgspec import Struct

from .errors import AuthorError

_EXACT = re.compile(r"(?P<indent> *)#: (?P<word>begin|end) (?P<task>[a-z0-9_]+)\.(?P<part>[a-z0-9_]+)")
# What looks like a marker: "#:" with anything after it, or a comment whose first word is begin or end.
_ALIKE = re.compile(r"#\s*:|#[\W_]*(begin|end)(?![^\W_])", re.IGNORECASE)
_ODD_BREAKS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Region(Struct, frozen=True):
    """One region. Lines are those of the two markers, counted from 1."""

    task: str
    part: str
    indent: str
    begin: int
    end: int

    @property
    def name(self) -> str:
        """As the markers give it: "momentum.apply_gradients"."""
        return f"{self.task}.{self.part}"

    @property
    def stub(self) -> str:
        """The line that stands in the skeleton instead."""
        return f'{self.indent}raise NotImplementedError("{self.task}: {self.part} is not written yet")'


def parse(source: str, filename: str) -> tuple[Region, ...]:
    """The regions of a source, in order.

    Raises:
        AuthorError: a marker is malformed, unpaired, nested or there twice, or a region is not made of whole
            statements.
    """
    _check_python(source, filename)
    odd = _ODD_BREAKS.search(source)
    if odd:
        at = source.count("\n", 0, odd.start()) + 1
        raise AuthorError(f"{filename}:{at}: a line is broken by {odd[0]!r}; only newlines are allowed")
    lines = source.split("\n")
    regions: list[Region] = []
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines, start=1):
        match = _EXACT.fullmatch(line)
        if match is None:
            if _ALIKE.match(line.lstrip()):
                raise _alike(filename, number, line)
            continue
        name = f"{match['task']}.{match['part']}"
        where = f"{filename}:{number}: region {name}"
        if match["word"] == "begin":
            if opened is not None:
                raise AuthorError(f"{where} begins inside another, begun in line {opened[0]}")
            if any(region.name == name for region in regions):
                raise AuthorError(f"{where} is there twice")
            opened = number, match
            continue
        if opened is None:
            raise AuthorError(f"{where} ends, but has not begun")
        start, first = opened
        if (first["task"], first["part"]) != (match["task"], match["part"]):
            raise AuthorError(f"{where} ends where {first['task']}.{first['part']}, begun in line {start}, should")
        if first["indent"] != match["indent"]:
            raise AuthorError(f"{where} ends at another indent than it begins, in line {start}")
        region = Region(match["task"], match["part"], match["indent"], start, number)
        _whole(lines, region, filename)
        regions.append(region)
        opened = None
    if opened is not None:
        raise AuthorError(f"{filename}:{opened[0]}: this region never ends")
    _comments(source, filename, regions)
    return tuple(regions)


def strip(source: str, filename: str) -> str:
    """The skeleton: each region replaced by one line that raises NotImplementedError.

    Raises:
        AuthorError: as `parse`, or the skeleton would not be Python.
    """
    lines = source.split("\n")
    for region in reversed(parse(source, filename)):
        lines[region.begin - 1 : region.end] = [region.stub]
    skeleton = "\n".join(lines)
    _check_python(skeleton, f"{filename}, its regions taken out")
    return skeleton


def unmark(source: str, filename: str) -> str:
    """The source without the lines of the markers."""
    marks = {line for region in parse(source, filename) for line in (region.begin, region.end)}
    return "\n".join(line for number, line in enumerate(source.split("\n"), start=1) if number not in marks)


def _whole(lines: list[str], region: Region, filename: str) -> None:
    """Checks that a region holds whole statements at its own indent; `else:` alone is none."""
    inside = lines[region.begin : region.end - 1]
    code = [line for line in inside if line.strip() and not line.lstrip().startswith("#")]
    where = f"{filename}:{region.begin}: region {region.name}"
    if not code:
        raise AuthorError(f"{where} is empty")
    if not all(line.startswith(region.indent) for line in code) or code[0][len(region.indent)] == " ":
        raise AuthorError(f"{where} and its code are not at the same indent")
    body = textwrap.indent("\n".join(line[len(region.indent) :] for line in inside), "    ")
    try:
        ast.parse(f"async def _():\n{body}\n    pass\n")
    except SyntaxError as error:
        raise AuthorError(f"{where} does not hold whole statements: {error.msg}") from error


def _comments(source: str, filename: str, regions: list[Region]) -> None:
    """Refuses a marker behind code, which a search by lines does not see, and one inside a string."""
    marks = {line for region in regions for line in (region.begin, region.end)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] in marks:
                marks.remove(token.start[0])
            elif _ALIKE.match(token.string):
                raise _alike(filename, token.start[0], token.string)
    if marks:
        raise AuthorError(f"{filename}:{min(marks)}: a region marker inside a string")


def _alike(filename: str, number: int, line: str) -> AuthorError:
    return AuthorError(
        f"{filename}:{number}: {line.strip()!r} looks like a region marker and is none:"
        ' write "#: begin task.part" or "#: end task.part" on a line of its own, or put it in other words'
    )


def _check_python(source: str, filename: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise AuthorError(f"{filename}:{error.lineno}: {error.msg}") from error
    except ValueError as error:  # a NUL
        raise AuthorError(f"{filename}: {error}") from error
