"""Submissions as learning platforms hand them out, rosters, rules and overrides that people write."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.classroom import names
from grader.classroom.intake import Entry, submitted, take_in
from grader.classroom.overrides import read_overrides
from grader.classroom.roster import Roster, read_roster
from grader.classroom.rules import Rules, read_rules
from grader.errors import UsageError
from grader.model import Chapter, Limits, Task
from grader.reports.standing import Student

DEADLINE = datetime.datetime(2031, 5, 6, 23, 59, tzinfo=datetime.UTC)


@pytest.fixture
def chapter(tmp_path: Path) -> Chapter:
    tasks = (Task("one", "One", 2.0, ("one",)), Task("two", "Two", 3.0, ("two",)))
    return Chapter("ch4_things", "Things", "things", tasks, (), Limits(), tmp_path / "exercises", None)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x = 1\n")


def found(entries: Mapping[str, Entry], work: Path) -> dict[str, list[str]]:
    return {
        student: [attempt.path.relative_to(work).as_posix() for attempt in entry.attempts]
        for student, entry in entries.items()
    }


def test_moodle_folders_and_files_are_understood(work: Path, chapter: Chapter) -> None:
    put(
        work,
        "Ada Lovelace_12345_assignsubmission_file_/things.py",
        "Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html",
        "Grace Hopper_12346_assignsubmission_file_things.ipynb",
        "Team_Blue-Bob Bug_99_assignsubmission_file/things.py",
    )
    entries = take_in(work, chapter)
    assert found(entries, work) == {
        "Ada Lovelace_12345": ["Ada Lovelace_12345_assignsubmission_file_"],
        "Grace Hopper_12346": ["Grace Hopper_12346_assignsubmission_file_things.ipynb"],
        "Team_Blue-Bob Bug_99": ["Team_Blue-Bob Bug_99_assignsubmission_file"],
    }
    ada = entries["Ada Lovelace_12345"].student
    assert (ada.name, ada.platform) == ("Ada Lovelace", "12345")


def test_canvas_names_are_understood_with_late_marks_and_attempts(work: Path, chapter: Chapter) -> None:
    put(
        work,
        "lovelaceada_LATE_101_9001_things-1.py",
        "lovelaceada_101_9000_things.py",
        "lovelaceada_LATE_101_9002_notes.txt",
        "hoppergrace_late_102_9003_my work.zip",
        "bugbob_103_9004_a.py",
        "bugbob_103_9005_b.py",
    )
    entries = take_in(work, chapter)
    assert found(entries, work)["lovelaceada_101"] == [
        "lovelaceada_101_9000_things.py", "lovelaceada_LATE_101_9001_things-1.py",
    ]  # fmt: skip
    ada, grace, bob = (entries[name] for name in ("lovelaceada_101", "hoppergrace_102", "bugbob_103"))
    assert [attempt.late for attempt in ada.attempts] == [False, True]
    assert grace.attempts[0].late and grace.student.platform == "102"
    assert "several files were handed in, none called things: a.py, b.py" in bob.problem


def test_github_clones_lose_the_assignments_name(work: Path, chapter: Chapter) -> None:
    put(
        work,
        "things-ada/.git/HEAD",
        "things-ada/things.py",
        "things-bob-bug/.git/HEAD",
        "things-bob-bug/deep/things.py",
    )
    assert list(found(take_in(work, chapter), work)) == ["ada", "bob-bug"]


def test_one_clone_needs_the_assignments_name(work: Path, chapter: Chapter) -> None:
    put(work, "things-ada/.git/HEAD", "things-ada/things.py")
    assert list(found(take_in(work, chapter), work)) == ["things-ada"]
    assert list(found(take_in(work, chapter, assignment="things"), work)) == ["ada"]


def test_nbgraders_folders_are_understood_and_the_assignment_chosen(work: Path, chapter: Chapter) -> None:
    put(work, "ada/ps1/things.ipynb", "ada/ps2/things.ipynb", "bob/ch4/things.ipynb")
    (work / "ada" / "ps2" / "timestamp.txt").write_text("2031-05-07 10:00:00.948203 America/Los_Angeles\n")
    entries = take_in(work, chapter, assignment="ps2")
    assert found(entries, work) == {"ada": ["ada/ps2"], "bob": ["bob/ch4"]}
    assert (
        submitted(entries["ada"].attempts[0]).astimezone(datetime.UTC).isoformat() == "2031-05-07T17:00:00.948203+00:00"
    )


def test_folders_by_number_or_moment_are_attempts(work: Path, chapter: Chapter) -> None:
    put(work, "ada/attempt 2/things.py", "ada/attempt 10/things.py", "ada/attempt 1/things.py")
    put(work, "bob/2031-05-06T10-00-00/things.py", "bob/20310505-0930/things.py", "cyd/part 1/things.py")
    entries = take_in(work, chapter)
    assert found(entries, work) == {
        "ada": ["ada/attempt 1", "ada/attempt 2", "ada/attempt 10"],
        "bob": ["bob/20310505-0930", "bob/2031-05-06T10-00-00"],
        "cyd": ["cyd"],
    }
    assert submitted(entries["bob"].attempts[1]) == datetime.datetime(2031, 5, 6, 10, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "name", ["ada_1_2.py", "_1_2_x.py", "ada__assignsubmission_file_", "ada_x_assignsubmission_file_", "éa b.c_d"]
)
def test_other_names_are_just_names(name: str) -> None:
    assert names.understood(name, False).platform == ""


def test_a_roster_finds_people_by_what_a_platform_made_of_them(tmp_path: Path, work: Path, chapter: Chapter) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "\ufeffStudent ID;Name;Email;Group;Section;Extension days;also\n"
        "s1;Ada Lovelace;ada@example.org;red;A;2;adal\n"
        "s2;Grace Hopper;gh@example.org;blue;A;;\n"
        "s3;Bob Bug;bob@example.org;blue;B;0,5;102\n"
        "s4;Nobody Here;;;;;\n",
        encoding="utf-8",
    )
    roster = read_roster(path)
    put(work, "Ada Lovelace_12345_assignsubmission_file_/things.py", "bugbob_102_1_things.py", "blue.py", "eve.py")
    (work / "bugbob_102_1_things.py").rename(work / "hoppergrace_7_1_things.py")
    (work / "blue.py").rename(work / "adal2.py")
    entries = take_in(work, chapter, roster)
    assert sorted(entries) == ["adal2", "eve", "s1", "s2", "s3", "s4"]
    assert entries["s1"].student == Student("s1", "Ada Lovelace", "ada@example.org", "red", "A", 2.0, "12345")
    assert entries["s3"].student.extension_days == 0.5
    assert not entries["s4"].attempts
    assert not entries["eve"].student.listed
    assert [student.id for student in roster.find("102")] == ["s3"]


def test_a_group_hands_in_for_all_its_members(work: Path, chapter: Chapter) -> None:
    roster = Roster([Student("a", group="Blue"), Student("b", group="Blue"), Student("c")])
    put(work, "blue/things.py")
    assert found(take_in(work, chapter, roster), work) == {"a": ["blue"], "b": ["blue"], "c": []}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name\nAda\n", "has no column 'id'"),
        ("", "has no column 'id'"),
        ("id\n", "names nobody"),
        ("id,name\na,A\nA,B\n", "lines 2 and 3 have the same id"),
        ("id,name\n,A\n", "line 2: there is no id"),
        ("id,extension\na,soon\n", "line 2: the extension is 'soon', not a number"),
        ('id\n"a\n', "line"),
    ],
)
def test_a_bad_roster_is_one_clear_line(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(content)
    with pytest.raises(UsageError, match=words) as caught:
        read_roster(path)
    assert "\n" not in str(caught.value)


def test_being_late_costs_by_the_day_with_grace_extensions_and_an_end() -> None:
    rules = Rules(DEADLINE, grace_minutes=10, late=0.1, late_at_most=0.25, closed_after_days=5)
    usual, excused = Student("a"), Student("b", extension_days=2)

    def days(hours: float, student: Student = usual) -> int:
        return rules.days_late(student, DEADLINE + datetime.timedelta(hours=hours))

    assert [days(h) for h in (-1, 0.1, 0.2, 24, 24.1, 24 * 6)] == [0, 0, 1, 1, 2, 6]
    assert [days(h, excused) for h in (47, 48.1, 49)] == [0, 0, 1]
    assert [rules.penalty(10, day) for day in (0, 1, 2, 3, 5, 6)] == [0, 1, 2, 2.5, 2.5, 10]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("deadline = 2031-05-06T23:59:00", "needs its zone"),
        ("late = 2", "<= 1.0"),
        ('attempts = "worst"', "worst"),
        ("dead = 1", "unknown field"),
        ("late = ", "is not TOML"),
    ],
)
def test_bad_rules_are_one_clear_line(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=words) as caught:
        read_rules(path)
    assert "\n" not in str(caught.value)


def test_overrides_name_tasks_totals_and_comments(tmp_path: Path, chapter: Chapter) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("student,task,score,comment\na,one,1.5,half right\na,,,see me\nb,,4,\n")
    said = read_overrides(path, chapter)
    assert (said["a"].tasks, said["a"].total, said["a"].comments) == ({"one": 1.5}, None, ("one: half right", "see me"))
    assert said["b"].total == 4
    for row, words in (
        ("a,six,1,", "has no task 'six'"),
        ("a,one,9,", "worth 2 points at most"),
        (",one,1,", "no student"),
    ):
        path.write_text(f"student,task,score,comment\n{row}\n")
        with pytest.raises(UsageError, match=words):
            read_overrides(path, chapter)
