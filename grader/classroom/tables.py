"""CSV files that people write: by hand, in a spreadsheet, from a learning platform."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.errors import UsageError
from grader.reports import text

MAX_BYTES = 20 << 20


def rows(
    path: Path, known: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with a header: (line, column -> cell), blanks around cells taken off, empty rows left out.

    Args:
        path: UTF-8 CSV, with commas or semicolons; a byte order mark is fine.
        known: a column's name here -> the names it may have in the file.
        needed: columns that must be there.

    Raises:
        UsageError: it cannot be read, or is no such table.
    """
    shown = text.line(str(path), 120)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{shown} is larger than {MAX_BYTES >> 20} MiB: is it the right file?")
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8: save it as CSV in UTF-8") from error
    first = content.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header(next(reader, []), known)
        missing = [name for name in needed if name not in header]
        if missing:
            raise UsageError(f"{shown} has no column {missing[0]!r}; its first line names the columns")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                padded = cells + [""] * (len(header) - len(cells))
                # the first column of a name wins
                row = {name: cell.strip() for name, cell in reversed(list(zip(header, padded, strict=False))) if name}
                yield reader.line_num, row
    except csv.Error as error:
        raise UsageError(f"{shown}, line {reader.line_num}: {error}") from error


def _header(cells: list[str], known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Our names of the columns; "" for one that means nothing here."""
    names = {alias: name for name, aliases in known.items() for alias in (name, *aliases)}
    return [names.get(" ".join(cell.replace("_", " ").casefold().split()), "") for cell in cells]


def number(cell: str, what: str, path: Path, line: int) -> float:
    """A number that is not negative; a decimal comma is one too.

    Raises:
        UsageError: it is none.
    """
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise UsageError(f"{text.line(str(path), 120)}, line {line}: {what} is {text.line(cell, 40)!r}, not a number")
    return value
