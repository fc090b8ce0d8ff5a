"""The gradebook: one CSV row a student and chapter, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator

from grader.errors import UsageError
from grader.model import Report
from grader.reports import text
from grader.reports.standing import Standing, of_report

COLUMNS = (
    "student",
    "name",
    "chapter",
    "raw",
    "late_penalty",
    "final",
    "max_score",
    "attempt",
    "outcome",
    "submission",
    "graded",
)
# what makes a spreadsheet read a cell as a formula, full-width forms included; before it come blanks of any kind,
# what cannot be seen, and quotes: programs differ in what they take off
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\u2212",
    "\ufe62",
    "\ufe63",
    "\ufe66",
    "\ufe6b",
)
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"


def gradebook(reports: Iterable[Report], names: dict[str, str] | None = None) -> bytes:
    """The table as UTF-8 CSV (RFC 4180), sorted by chapter and student.

    Args:
        names: a student's id -> the name to show; there is no other source of names.
    """
    names = names or {}
    ordered = sorted(reports, key=lambda report: (report.chapter, report.student))
    return b"".join(lines(of_report(report, names.get(report.student, "")) for report in ordered))


def lines(standings: Iterable[Standing]) -> Iterator[bytes]:
    """The same for rows in the order of the students, a piece at a time."""
    yield line(COLUMNS)
    for standing in standings:
        report = standing.report
        yield line(
            (
                report.student,
                standing.student.name,
                report.chapter,
                text.points(report.score),
                text.points(standing.penalty),
                text.points(standing.final),
                text.points(report.max_score),
                str(standing.attempt),
                report.outcome.value,
                report.submission,
                report.started,
            )
        )


def line(cells: Iterable[str]) -> bytes:
    """One row, no cell of which a spreadsheet reads as a formula."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow([escape(cell) for cell in cells])
    # a lone surrogate (a file's name that is no UTF-8) is written as its escape
    return stream.getvalue().encode("utf-8", "backslashreplace")


def read_gradebook(data: bytes) -> list[dict[str, str]]:
    """The rows as they went in, the apostrophes that `gradebook` added taken off again.

    Raises:
        UsageError: it is no gradebook.
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError("the gradebook is not UTF-8 CSV") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise UsageError(f"the gradebook's first line is not: {','.join(COLUMNS)}")
    table = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise UsageError(f"row {number} of the gradebook has {len(row)} cells, not {len(COLUMNS)}")
        table.append({name: unescape(cell) for name, cell in zip(COLUMNS, row, strict=True)})
    return table


def escape(cell: str) -> str:
    """A cell that would start a formula, with an apostrophe before it; `unescape` turns it back."""
    return f"'{cell}" if _starts_formula(cell) else cell


def unescape(cell: str) -> str:
    """What `escape` was given."""
    return cell[1:] if cell.startswith("'") and _starts_formula(cell[1:]) else cell


def _starts_formula(cell: str) -> bool:
    # apostrophes count as none, so that an escaped cell is escaped again and comes back as it was
    for character in cell:
        if character.startswith(_FORMULA):
            return True
        if character not in _QUOTES and unicodedata.category(character)[0] not in "ZC":
            return False
    return False
