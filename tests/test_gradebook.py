"""The gradebook: columns as promised, no formulas, every text back as it went in."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.model import Outcome, Report
from grader.reports.gradebook import COLUMNS, escape, gradebook, read_gradebook, unescape

HEADER = b"student,name,chapter,raw,late_penalty,final,max_score,attempt,outcome,submission,graded\r\n"


def make_report(student: str, score: float = 7.5, chapter: str = "ch4_optimizers") -> Report:
    return Report(
        course="course",
        chapter=chapter,
        student=student,
        submission="sha256:00",
        suite="sha256:ff",
        engine="0.1.0",
        environment={},
        seed_id="",
        started="2031-05-06T07:08:09+00:00",
        seconds=1.0,
        score=score,
        max_score=20.0,
        outcome=Outcome.FAILED,
        tasks=(),
    )


def test_a_row_a_student_in_the_promised_columns() -> None:
    data = gradebook([make_report("bob"), make_report("ada", 20)], {"ada": "Ada Lovelace"})
    assert data.startswith(HEADER)
    assert [list(row.values()) for row in csv.DictReader(io.StringIO(data.decode(), newline=""))] == [
        ["ada", "Ada Lovelace", "ch4_optimizers", "20", "0", "20", "20", "1", "failed", "sha256:00",
         "2031-05-06T07:08:09+00:00"],
        ["bob", "", "ch4_optimizers", "7.5", "0", "7.5", "20", "1", "failed", "sha256:00",
         "2031-05-06T07:08:09+00:00"],
    ]  # fmt: skip
    assert gradebook([]) == HEADER


def test_the_order_of_the_reports_does_not_matter() -> None:
    reports = [make_report(name, chapter=chapter) for name in "cab" for chapter in ("ch5_losses", "ch4_optimizers")]
    assert gradebook(reports) == gradebook(reversed(reports))


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\n=", "'=", "\u00a0@"]
)
def test_no_cell_starts_a_formula(start: str) -> None:
    value = start + 'HYPERLINK("https://evil.example")'
    rows = list(csv.reader(io.StringIO(gradebook([make_report(value)], {value: value}).decode(), newline="")))
    assert rows[1][0] == rows[1][1] == f"'{value}"
    assert read_gradebook(gradebook([make_report(value)]))[0]["student"] == value


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_every_text_comes_back(student: str, name: str) -> None:
    row = read_gradebook(gradebook([make_report(student)], {student: name}))[0]
    assert (row["student"], row["name"]) == (student, name)
    assert unescape(escape(student)) == student


@pytest.mark.parametrize(
    "value", ["a,b", 'say "x"', "two\nlines", "two\r\nlines", "cr\rcr", "\x00", "日本語", "\u202eabc", "'", "''=1", ""]
)
def test_separators_quotes_and_line_breaks_survive(value: str) -> None:
    assert (
        read_gradebook(gradebook([make_report(value), make_report("zoe")]))[0 if value < "zoe" else 1]["student"]
        == value
    )


def test_a_lone_surrogate_does_not_stop_the_gradebook() -> None:
    assert b"\\ud800" in gradebook([make_report("\ud800")])


@pytest.mark.parametrize(
    "data", [b"", b"a,b\r\n1,2\r\n", HEADER + b"ada,x\r\n", HEADER + b"\xff", b'"' + b"x" * 200_000 + b'"']
)
def test_what_is_no_gradebook_is_one_clear_line(data: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read_gradebook(data)
    assert "\n" not in str(caught.value)


def test_a_gradebook_saved_by_a_spreadsheet_is_read() -> None:
    assert len(read_gradebook(b"\xef\xbb\xbf" + gradebook([make_report("ada")]))) == 1
    assert COLUMNS[0] == "student"
