"""A folder of submissions: one report each, whatever they are, and what is made of the reports."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from rich.console import Console

from grader.classroom import batch, pool, progress
from grader.classroom.conditions import suite_digest
from grader.classroom.intake import take_in
from grader.errors import AuthorError, InfrastructureError, UsageError
from grader.model import Chapter, Outcome, Report, Snapshot, decode_report
from tests.class_fakes import GOOD, TOLD, FakeGrader, make_chapter, put, run


@pytest.fixture
def chapter(tmp_path: Path) -> Chapter:
    return make_chapter(tmp_path)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def students(chapter: Chapter, work: Path) -> list[str]:
    return [entry.student.id for entry in take_in(work, chapter).values()]


def test_each_kind_of_submission_gets_a_report_and_a_row(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "ada.py")
    put(work, "bob/things.py")
    with zipfile.ZipFile(work / "cyd.zip", "w") as archive:
        archive.writestr("things.py", GOOD)
    put(work, "dan.py", "wrong = 1\n")
    put(work, "eve.py", "")
    put(work, "fay.txt", b"\xff\xfe\x00")
    put(work, "gus.py", "# SubmissionError\n")
    put(work, "README.md", "the class")
    put(work, ".DS_Store", b"\x00")
    put(work, "__MACOSX/things.py")
    out = tmp_path / "deep" / "out"
    reports = run(chapter, work, out)
    assert list(reports) == ["ada", "bob", "cyd", "dan", "eve", "fay.txt", "gus"]
    assert [reports[name].outcome for name in ("ada", "bob", "cyd")] == [Outcome.PASSED] * 3
    assert reports["dan"].outcome is Outcome.FAILED
    for name in ("eve", "fay.txt", "gus"):
        report = reports[name]
        assert (report.outcome, report.score, report.max_score) == (Outcome.ERROR, 0.0, 5.0)
        assert [task.outcome for task in report.tasks] == [Outcome.ERROR] * 2
        assert len(report.notes) == 1
        assert "\n" not in report.notes[0]
    assert sorted(path.name for path in (out / "results").iterdir()) == sorted(f"{name}.json" for name in reports)
    assert sorted(path.name for path in (out / "feedback").iterdir()) == sorted(f"{name}.html" for name in reports)
    for name, report in reports.items():
        assert decode_report((out / "results" / f"{name}.json").read_bytes()) == report
    rows = list(csv.DictReader(io.StringIO((out / "gradebook.csv").read_bytes().decode(), newline="")))
    assert [(row["student"], row["final"], row["max_score"]) for row in rows[:5]] == [
        ("ada", "5", "5"), ("bob", "5", "5"), ("cyd", "5", "5"), ("dan", "0", "5"), ("eve", "0", "5"),
    ]  # fmt: skip
    assert 'href="feedback/fay.txt.html"' in (out / "report.html").read_text()
    assert list(json.loads((out / "times.json").read_bytes())) == list(reports)


def test_each_report_is_written_before_the_next_is_begun(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "ada.py")
    put(work, "bob.py", "# KeyboardInterrupt\n")
    put(work, "cyd.py")
    with pytest.raises(KeyboardInterrupt):
        run(chapter, work, tmp_path / "out")
    assert os.listdir(tmp_path / "out" / "results") == ["ada.json"]


def test_a_failure_of_the_grader_costs_one_submission_no_other(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    for name, source in (("a", GOOD), ("b", "# InfrastructureError\n"), ("c", "# ValueError\n"), ("d", GOOD)):
        put(work, f"{name}.py", source)
    reports = run(chapter, work, tmp_path / "out")
    assert [report.outcome for report in reports.values()] == [
        Outcome.PASSED, Outcome.INFRASTRUCTURE, Outcome.INFRASTRUCTURE, Outcome.PASSED,
    ]  # fmt: skip
    assert reports["b"].notes == ("The grader failed: no luck at all",)
    assert reports["c"].notes == ("The grader failed: ValueError: no luck at all",)


def test_where_the_grader_always_fails_it_gives_up(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    for number in range(6):
        put(work, f"student{number}.py", "# InfrastructureError\n")
    grader = FakeGrader(chapter)
    with pytest.raises(InfrastructureError, match="given up after 3 failures in a row"):
        run(chapter, work, tmp_path / "out", grader)
    assert len(grader.graded) == batch.HOPELESS


def test_a_fault_of_the_course_stops_the_class(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "a.py", "# AuthorError\n")
    with pytest.raises(AuthorError):
        run(chapter, work, tmp_path / "out")


def test_workers_of_several_threads_are_refused_whenever_they_join(chapter: Chapter) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")

    class Client:
        loop = object()
        threads = 1, 1

        def scheduler_info(self, n_workers: int) -> dict[str, dict[str, dict[str, int]]]:
            return {"workers": {f"tcp://{n}": {"nthreads": count} for n, count in enumerate(self.threads)}}

    client = Client()
    cluster = pool.Cluster(client, TOLD, 1)
    assert list(cluster.run(iter([]))) == []
    assert cluster.count == 2
    client.threads = 1, 1, 2
    with pytest.raises(UsageError, match="have several threads: start them with --nthreads 1"):
        list(pool.Cluster(client, TOLD, 2).run(iter([])))


def test_what_exceptions_mean_is_part_of_what_is_graded_by(chapter: Chapter, tmp_path: Path) -> None:
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    from grader.nbgrader_engine import warm

    meanings = put(tmp_path, "exceptions.toml", "")
    course = replace(FakeGrader(chapter).course, translated=meanings)
    before = suite_digest(chapter, course), warm._stamp(course)
    meanings.write_text("# more\n")
    after = suite_digest(chapter, course), warm._stamp(course)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_hostile_names_become_safe_files(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    names = [
        "=cmd|' A0.py", "-rf.py", "<script>alert(1).py", "\x1b[31mred.py", "user\u202etxt.py", "two\nlines.py",
        "x" * 250 + ".py", "日" * 80 + ".py", "name with spaces.py", "..py", "a&b\"c'.py", "{{ 7*7 }}.py",
    ]  # fmt: skip
    for name in names:
        put(work, name)
    with open(os.fsencode(work) + b"/latin\xe9.py", "wb") as file:
        file.write(GOOD.encode())
    out = tmp_path / "out"
    reports = run(chapter, work, out)
    # "..py" is a dotfile
    assert len(reports) == len(names)
    assert {report.outcome for report in reports.values()} == {Outcome.PASSED}
    for path in (*(out / "results").iterdir(), *(out / "feedback").iterdir()):
        assert path.name.isprintable()
        assert not path.name.startswith(("-", "=", "."))
    page = (out / "report.html").read_text()
    assert "<script" not in page
    assert "\x1b" not in page + (out / "gradebook.csv").read_text()


def test_two_submissions_of_one_student_are_refused_before_anything_is_graded(
    chapter: Chapter, work: Path, tmp_path: Path
) -> None:
    put(work, "ada.py")
    put(work, "ada/things.py")
    with pytest.raises(UsageError, match=r"two submissions of ada: ada and ada\.py; keep one"):
        run(chapter, work, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["Ada.zip", "ada.tar.gz", "ada.ipynb", "ADA"])
def test_endings_and_case_do_not_make_another_student(chapter: Chapter, work: Path, name: str) -> None:
    put(work, "ada.py")
    put(work, name)
    with pytest.raises(UsageError, match="two submissions of"):
        students(chapter, work)


def test_folders_keep_their_dots(chapter: Chapter, work: Path) -> None:
    put(work, "ada.v2/things.py")
    put(work, "bob.tar.gz")
    put(work, "cyd.TGZ")
    assert students(chapter, work) == ["ada.v2", "bob", "cyd"]


def test_unusable_folders_are_one_clear_line(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no submissions"):
        run(chapter, work, tmp_path / "out")
    with pytest.raises(UsageError, match="is not a folder of submissions"):
        run(chapter, work / "nowhere", tmp_path / "out")
    with pytest.raises(UsageError, match="is not a folder of submissions"):
        run(chapter, put(work, "ada.py"), tmp_path / "out")
    with pytest.raises(UsageError, match="cannot go among the submissions"):
        run(chapter, work, work / "out")
    with pytest.raises(UsageError, match="cannot be written"):
        run(chapter, work, put(tmp_path, "file") / "out")


def test_progress_without_a_terminal_names_nobody(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "ada.py")
    put(work, "bob.py", "\x1b[31m")
    stream = io.StringIO()
    run(chapter, work, tmp_path / "out", progress=Console(file=stream))
    assert re.fullmatch(r"2 of 2 graded \(1 passed, 1 failed\), \d+ a minute\n", stream.getvalue())


def test_progress_is_a_bar_in_a_terminal(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "ada.py")
    stream = io.StringIO()
    run(chapter, work, tmp_path / "out", progress=Console(file=stream, force_terminal=True, width=120))
    assert "1/1" in stream.getvalue()
    assert "1 passed" in stream.getvalue()
    assert "ada" not in stream.getvalue()


def test_elsewhere_than_in_a_terminal_there_is_a_line_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with progress.shown(Console(file=stream, force_terminal=False), 600) as seen:
        for number in range(600):
            now[0] += 0.5
            seen.add(Outcome.FAILED if number % 4 == 0 else Outcome.PASSED)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[0] == "120 of 600 graded (90 passed, 30 failed), 120 a minute, about 4 min left"
    assert lines[-1] == "600 of 600 graded (450 passed, 150 failed), 120 a minute"


def test_where_the_time_went_has_a_page_of_its_own(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    class Slow(FakeGrader):
        def grade(self, chapter: Chapter, snapshot: Snapshot, student: str = "") -> Report:
            report = super().grade(chapter, snapshot, student)
            spent = 2.5 if student == "bob" else 0.5
            tests = [tuple(replace(test, seconds=spent) for test in task.tests) for task in report.tasks]
            tasks = tuple(replace(task, tests=mine) for task, mine in zip(report.tasks, tests, strict=True))
            return replace(report, tasks=tasks, seconds=2 * spent + 1)

    put(work, "ada.py")
    put(work, "bob.py")
    run(chapter, work, tmp_path / "out", Slow(chapter))
    page = (tmp_path / "out" / "times.html").read_text()
    assert "8 s for 2 submissions: 4.00 s each, 6.00 s at most." in page
    assert page.count("1.500</td>") == 2 * len(chapter.tasks)  # of a task and of its one test
    assert re.search(r'2\.500</td><td><a href="feedback/bob\.html"><bdi>bob</bdi>', page)
    assert 'href="times.html"' in (tmp_path / "out" / "report.html").read_text()


def test_the_same_class_gives_the_same_pages(chapter: Chapter, work: Path, tmp_path: Path) -> None:
    put(work, "ada.py")
    put(work, "bob.py", "")
    for name in ("one", "two"):
        run(chapter, work, tmp_path / name)
    for page in ("report.html", "feedback/ada.html", "feedback/bob.html"):
        assert (tmp_path / "one" / page).read_bytes() == (tmp_path / "two" / page).read_bytes()


def test_local_workers_that_are_lost_for_good_are_started_anew(monkeypatch):
    monkeypatch.setattr(pool, "LOOK", 0.01)
    asked = threading.Event()
    cluster = SimpleNamespace(workers={0: "one"}, scale=lambda count: asked.set() if count == 2 else None)
    with pool._mended(cluster, 2):
        assert asked.wait(5)
