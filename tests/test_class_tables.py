"""What is made of a class: which attempt counts, the figures of its tests, exports, submissions that are alike."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import random
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from grader import model
from grader.classroom import similarity
from grader.classroom.intake import Entry, take_in
from grader.model import Chapter, Outcome, Report, TaskReport
from grader.reports import class_page
from grader.reports.items import concerns, items_of
from grader.reports.standing import Student, of_report
from tests.class_fakes import GOOD, TOLD, FakeGrader, make_chapter, put, run


@pytest.fixture
def chapter(tmp_path: Path) -> Chapter:
    return make_chapter(tmp_path)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def made(student: str, marks: str, right: float = 1.0) -> Report:
    """A report with a test a letter: `+` passed, else failed."""
    tests = tuple(
        model.TestReport(
            f"test_{n}", f"Claim {n}.", Outcome.PASSED if mark == "+" else Outcome.FAILED, right,
            right if mark == "+" else 0.0, "hidden",
        )
        for n, mark in enumerate(marks)
    )  # fmt: skip
    score = sum(test.score for test in tests)
    outcome = Outcome.PASSED if set(marks) <= {"+"} else Outcome.FAILED
    task = TaskReport("one", "One", score, right * len(marks), outcome, tests)
    return Report(
        "course", "ch4_things", student, "sha256:0", "sha256:f", "0.1.0", {}, "", "", 0.0, score, right * len(marks),
        outcome, (task,),
    )  # fmt: skip


def test_difficulty_and_discrimination_are_those_of_the_textbook() -> None:
    draw = random.Random(5)
    marks = ["".join("+" if draw.random() < 0.3 + 0.1 * n else "-" for n in range(6)) for _ in range(40)]
    rows = items_of(of_report(made(str(n), row)) for n, row in enumerate(marks)).tests
    for n, row in enumerate(rows):
        passed = [float(mark[n] == "+") for mark in marks]
        rest = [mark.count("+") - x for mark, x in zip(marks, passed)]
        mean_x, mean_y = sum(passed) / 40, sum(rest) / 40
        covariance = sum((x - mean_x) * (y - mean_y) for x, y in zip(passed, rest))
        spread = math.sqrt(sum((x - mean_x) ** 2 for x in passed) * sum((y - mean_y) ** 2 for y in rest))
        assert row.difficulty == pytest.approx(1 - mean_x)
        assert row.discrimination == pytest.approx(covariance / spread)


def test_tests_that_nobody_or_everybody_passes_are_named() -> None:
    items = items_of(of_report(made(str(n), f"+-{'+' if n % 2 else '-'}")) for n in range(12))
    nobody, everybody = items.extremes
    assert [row.id for row in nobody] == ["test_1"]
    assert [row.id for row in everybody] == ["test_0"]
    page = b"".join(
        class_page.pieces([of_report(made(str(n), f"+-{'+' if n % 2 else '-'}")) for n in range(12)])
    ).decode()
    assert "nobody passes" in page and "everybody passes" in page
    assert items.quantile(0.5) == 1.5
    assert sum(items.distribution) == 12


def test_who_needs_attention_is_said_with_the_reason() -> None:
    row = of_report(made("a", "+----"))
    items = items_of([row])
    assert concerns(row, items) == ["less than a quarter of the points"]
    assert concerns(of_report(made("a", "++-")), items) == []
    late = replace(row, days_late=2, student=Student("a", listed=False))
    assert concerns(late, items) == ["not on the roster", "less than a quarter of the points", "2 days late"]
    assert concerns(replace(row, submitted=False), items) == ["nothing was handed in"]


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


@pytest.mark.parametrize(("attempts", "counts", "final"), [("last", "3", "0"), ("first", "1", "0"), ("best", "2", "5")])
def test_the_first_the_last_or_the_best_attempt_counts(
    chapter: Chapter,
    work: Path,
    tmp_path: Path,
    attempts: str,
    counts: str,
    final: str,
) -> None:
    from grader.classroom.rules import Rules

    for number, source in enumerate(("wrong = 1\n", GOOD, "wrong = 2\n"), 1):
        put(work, f"ada/{number}/things.py", source)
    out, grader = tmp_path / "out", FakeGrader(chapter)
    reports = run(chapter, work, out, grader, rules=Rules(attempts=attempts))  # type: ignore[arg-type]
    (row,) = read(out / "gradebook.csv")
    assert (row["attempt"], row["final"]) == (counts, final)
    assert json.loads((out / "results" / "ada.json").read_bytes())["score"] == reports["ada"].score
    assert len(grader.graded) == (3 if attempts == "best" else 1)
    run(chapter, work, out, grader, rules=Rules(attempts=attempts))  # type: ignore[arg-type]
    assert len(grader.graded) == (3 if attempts == "best" else 1)  # and none a second time


def test_late_work_loses_points_and_the_feedback_says_so(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    from grader.classroom.overrides import Override
    from grader.classroom.rules import Rules
    from tests.test_intake import DEADLINE

    put(work, "ada/20310507-1200/things.py")
    put(work, "bob/20310506-1200/things.py")
    put(work, "cyd.py")
    rules = Rules(DEADLINE, late=0.2, submitted={"cyd": DEADLINE.replace(day=9)})
    put(work, "cyd.py")
    said = {"bob": Override({"two": 1.0}, None, ("two: talked about it",))}
    run(chapter, work, tmp_path / "out", rules=rules, overrides=said)
    rows = read(tmp_path / "out" / "gradebook.csv")
    assert [(row["student"], row["raw"], row["late_penalty"], row["final"]) for row in rows] == [
        ("ada", "5", "1", "4"), ("bob", "5", "0", "3"), ("cyd", "5", "3", "2"),
    ]  # fmt: skip
    page = (tmp_path / "out" / "feedback" / "ada.html").read_text()
    assert "1 day late: 1 points are taken off" in page
    assert "talked about it" in (tmp_path / "out" / "feedback" / "bob.html").read_text()


def test_who_handed_in_nothing_is_in_the_gradebook_with_no_points(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    from grader.classroom.roster import Roster

    put(work, "ada.py")
    run(chapter, work, tmp_path / "out", roster=Roster([Student("ada", "Ada L"), Student("bob", "Bob B")]))
    rows = read(tmp_path / "out" / "gradebook.csv")
    assert [(row["student"], row["name"], row["final"], row["outcome"]) for row in rows] == [
        ("ada", "Ada L", "5", "passed"), ("bob", "Bob B", "0", "missing"),
    ]  # fmt: skip
    assert "1 student handed in nothing" in (tmp_path / "out" / "report.html").read_text()


def test_a_submission_that_vanishes_costs_nobody_a_grade(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    class Thief(FakeGrader):
        def grade(self, chapter, snapshot, student=""):  # type: ignore[no-untyped-def]
            (work / "bob.py").unlink(missing_ok=True)
            return super().grade(chapter, snapshot, student)

    for name in ("ada", "bob", "cyd"):
        put(work, f"{name}.py")
    reports = run(chapter, work, tmp_path / "out", Thief(chapter))
    assert [report.outcome.value for report in reports.values()] == ["passed", "infrastructure", "passed"]
    assert "there is no such file" in reports["bob"].notes[0]
    put(work, "bob.py")
    grader = FakeGrader(chapter)
    assert run(chapter, work, tmp_path / "out", grader)["bob"].outcome is Outcome.PASSED
    assert grader.graded == ["bob"]


def test_what_the_grader_failed_at_is_sent_to_no_platform(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    from grader.classroom.overrides import Override

    out, formats = tmp_path / "out", ("csv", "canvas", "moodle", "gradescope")

    def sent() -> list[str]:
        found = sorted(path.parent.name for path in (out / "exports" / "gradescope").rglob("results.json"))
        for name in ("csv", "canvas", "moodle"):
            table = (out / "exports" / f"{name}.csv").read_text()
            assert [student for student in ("ada", "bob") if student in table] == found
        return found

    put(work, "ada.py")
    put(work, "bob.py")
    run(chapter, work, out, formats=formats)
    assert sent() == ["ada", "bob"]
    put(work, "bob.py", "# InfrastructureError\n")
    run(chapter, work, out, formats=formats)
    assert sent() == ["ada"]  # nor is the grade of the work before it left there
    assert [row["outcome"] for row in read(out / "gradebook.csv")] == ["passed", "infrastructure"]
    run(chapter, work, out, formats=formats, overrides={"bob": Override({}, 4.0, ())})
    assert sent() == ["ada", "bob"]  # a person's word is a grade


def test_an_attempt_that_the_grader_failed_at_is_said_where_the_best_counts(
    chapter: Chapter, work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.classroom.batch import Class
    from grader.classroom.rules import Rules
    from grader.verbs.shared_class import publish_and_tell

    put(work, "ada/1/things.py", "wrong = 1\n")
    put(work, "ada/2/things.py", "# InfrastructureError\n")
    put(work, "bob.py")
    out, rules, grader = tmp_path / "out", Rules(attempts="best"), FakeGrader(chapter)
    options = argparse.Namespace(export=[], no_similar=False, folder=work, out=out, table=False)

    def told() -> int:
        run(chapter, work, out, grader, rules=rules)
        graded = Class(grader.course, chapter, out, take_in(work, chapter, None, "", out), TOLD, rules)
        return publish_and_tell(options, graded, 0, Console(file=io.StringIO()))

    assert told() == 3
    assert "the grader failed at an attempt of 1 student" in capsys.readouterr().err
    assert "the grader failed at 1 of 2 attempts: grade again" in (out / "report.html").read_text()
    assert "failed at 1 of 2 attempts" in (out / "feedback" / "ada.html").read_text()
    assert "attempts" not in (out / "feedback" / "bob.html").read_text()
    put(work, "ada/2/things.py")
    assert told() == 0
    assert capsys.readouterr().err == ""
    assert "the grader failed at" not in (out / "report.html").read_text()


@pytest.mark.slow
def test_the_exports_have_the_platforms_own_columns(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "Ada Lovelace_12345_assignsubmission_file_/things.py")
    put(work, "hoppergrace_102_9003_things.py", "wrong = 1\n")
    put(work, "bob.py", "# InfrastructureError\n")
    out = tmp_path / "out"
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    run(chapter, work, out, formats=("csv", "canvas", "moodle", "gradescope", "nbgrader"))
    (ada,) = (row for row in read(out / "exports" / "moodle.csv") if row["Identifier"] == "Participant 12345")
    assert (ada["Full name"], ada["Grade"], ada["Maximum grade"]) == ("Ada Lovelace", "5", "5")
    canvas = (out / "exports" / "canvas.csv").read_text().splitlines()
    assert canvas[0] == "Student,ID,SIS User ID,SIS Login ID,Section,Things"
    assert next(line for line in canvas if ",102," in line).endswith(",0")
    assert not [line for line in canvas if "bob" in line]  # a failure of the grader is no zero
    table = read(out / "exports" / "csv.csv")
    assert [(row["one"], row["two"], row["final"]) for row in table] == [("2", "3", "5"), ("0", "0", "0")]
    results = json.loads((out / "exports" / "gradescope" / "hoppergrace_102" / "results.json").read_bytes())
    assert results["score"] == 0
    assert {test["status"] for test in results["tests"]} == {"failed"}
    run(chapter, work, tmp_path / "again", formats=("nbgrader",))
    book = out / "exports" / "gradebook.db"
    assert book.read_bytes() == (tmp_path / "again" / "exports" / "gradebook.db").read_bytes()
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / 'exports' / 'gradebook.db'}") as book:
        scores = {row.student_id: row.score for row in book.assignment_submissions("ch4_things")}
        assert scores == {"Ada Lovelace_12345": 5.0, "hoppergrace_102": 0.0}
        assert book.find_assignment("ch4_things").max_score == 5.0
    assert sqlite3.connect(out / "exports" / "gradebook.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


COPY = """
def solve(values, limit):
    total = 0
    for index, value in enumerate(values):
        while value > limit and index % 3 != 2:
            value = value // 2 - (index if index > 4 else limit)
            total += value * value + 3 * index
        if total > 1000 or not values:
            return [total, *[item for item in values if item is not None]]
    try:
        return {key: total // (key + 1) for key in range(limit) if key & 1}
    except ZeroDivisionError:
        return max(values, key=lambda item: -item)
"""
OTHER = """
def solve(values, limit):
    import itertools
    halves = sorted(itertools.accumulate(values, lambda left, right: left ^ right), reverse=True)
    pairs = {(first, second): first | second for first, second in zip(halves, halves[1:])}
    result = ""
    for (first, second), both in pairs.items():
        result += f"{first:02d}-{second}" if both < limit else str(both)[::-1].zfill(8)
    assert isinstance(result, str), "no text"
    with open(result) as file:
        yield from (line.strip() for line in file if line.startswith("#"))
    raise ValueError(result) from None
"""


def test_copies_are_found_whatever_their_names_and_comments(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    renamed = (
        COPY.replace("total", "amount")
        .replace("value", "number")
        .replace("1000", "99 * 9")
        .replace("\n    try", "\n    # mine\n    try")
    )
    put(work, "ada.py", GOOD + COPY)
    put(work, "bob.py", GOOD + renamed)
    put(work, "cyd.py", GOOD + OTHER)
    put(work, "dan.py", GOOD)
    put(work, "eve.py", "def (\n")
    found = similarity.similar(take_in(work, chapter).values(), chapter, tmp_path)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("ada", "bob")]
    assert found.pairs[0].alike > 0.9
    assert found.compared == 5
    put(work, "fay.py", GOOD + COPY)
    pairs = similarity.similar(take_in(work, chapter).values(), chapter, tmp_path).pairs
    assert ("ada", "fay", 1.0) in [(pair.first, pair.second, pair.alike) for pair in pairs]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".alike")) == []


@pytest.mark.parametrize(("attempts", "alike"), [("first", True), ("best", True), ("last", False)])
def test_the_attempts_that_count_are_compared(
    chapter: Chapter, work: Path, tmp_path: Path, attempts: str, alike: bool
) -> None:
    from grader.classroom.rules import Rules

    put(work, "ada/1/things.py", GOOD + COPY)
    put(work, "ada/2/things.py", OTHER)
    put(work, "bob.py", GOOD + COPY)
    run(chapter, work, tmp_path / "out", rules=Rules(attempts=attempts))  # type: ignore[arg-type]
    assert ("Very alike" in (tmp_path / "out" / "report.html").read_text()) is alike


def test_what_the_skeleton_gives_does_not_make_two_alike(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    (chapter.exercises / "things.py").write_text(COPY + "\n\ndef one():\n    raise NotImplementedError('one')\n")
    put(work, "ada.py", COPY + GOOD)
    put(work, "bob.py", COPY + GOOD + "\n\nprint(one())\n")
    assert similarity.similar(take_in(work, chapter).values(), chapter, tmp_path).pairs == []


def test_a_team_is_not_compared_with_itself(chapter: Chapter, tmp_path: Path, work: Path) -> None:
    entries = []
    for name, team in (("ada", "red"), ("bob", "red")):
        put(work, f"{name}.py", GOOD + COPY)
        entries.append(Entry(Student(name, group=team), take_in(work, chapter)[name].attempts))
    assert similarity.similar(entries, chapter, tmp_path).pairs == []


def test_figures_have_no_script_and_no_style_of_their_own() -> None:
    rows = [of_report(made(str(n), "+-+" if n % 3 else "---")) for n in range(15)]
    page = b"".join(class_page.pieces(rows, class_page.Similar([], 15))).decode()
    assert page.count("<svg") == 4
    assert page.count('role="img" aria-label="') == 4
    assert "<script" not in page
    assert "style=" not in page
    assert page == b"".join(class_page.pieces(rows, class_page.Similar([], 15))).decode()
