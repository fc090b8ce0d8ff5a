"""Marks do not depend on the secret seed; where they do, it is told."""

import json
import os

import pytest

from grader.__main__ import main
from grader.course import load
from grader.generality import check
from grader.grade import Grader
from tests.conftest import REPOSITORY

SEEDS = ("one", "two", "three")


def test_the_same_marks_from_every_seed(arrays, arrays_grader):
    rows = {row.program: row for row in check(arrays_grader, arrays, SEEDS)}
    assert {"solution", "functional", "loops", "center_rows"} <= rows.keys()
    assert rows["solution"].failed == ()
    assert rows["solution"].tasks == ("center", "normalise", "running_mean", "shuffle_rows")
    assert rows["center_rows"].tasks == ("center",)
    assert rows["center_rows"].failed
    assert {row.seeds for row in rows.values()} == {3}
    assert not any(row.differences for row in rows.values())


def test_luck_is_told(root, tmp_path, capsys):
    """Rows whose columns have no mean now and then: who centres rows is lucky then."""
    cases = root / "exercises" / "ch1_arrays" / "cases.py"
    old = '    return {"x": _matrix(rng, n, d, dtype)}'
    text = cases.read_text()
    assert old in text
    lucky = "    if rng.random() < 0.5:\n        return {'x': np.zeros((n, d), dtype)}\n"
    cases.write_text(text.replace(old, lucky + old))
    file = tmp_path / "seeds.json"
    options = ["seeds", "ch1", "--count", "8", "--seed", "7", "--json", str(file)]
    assert main(["--course", str(root), *options, "--program", "center_rows", "--program", "loops"]) == 1
    said = capsys.readouterr().out
    assert "ch1 center_rows: seed " in said
    assert said.endswith("ch1: 2 programs, 16 markings from other seeds; the marks of 1 differ\n")
    (rows,) = json.loads(file.read_text()).values()
    assert [row["program"] for row in rows] == ["loops", "center_rows"]
    assert rows[0]["differences"] == []


def test_two_processes_find_what_one_does(arrays, arrays_grader):
    asked = (arrays_grader, arrays, SEEDS, 60, ["solution", "loops", "center_rows"])
    assert list(check(*asked, jobs=2)) == list(check(*asked))


def test_what_is_slow_is_marked_from_fewer(arrays, arrays_grader):
    (row,) = check(arrays_grader, arrays, [str(i) for i in range(30)], seconds=1e-9, only=["solution"])
    assert row.seeds < 30


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--count", "0"], "a number above 0"),
        (["--jobs", "0"], "a number above 0"),
        (["--seconds", "nan"], "a number above 0"),
        (["--program", "nobody"], "ch1 has none of these programs: nobody"),
    ],
)
def test_options_that_cannot_be_are_refused(root, capsys, options, words):
    assert main(["--course", str(root), "seeds", "ch1", *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(
    "GRADER_SEEDS" not in os.environ, reason="minutes a seed and chapter: GRADER_SEEDS=2, or make seeds"
)
@pytest.mark.parametrize("chapter", [chapter.key for chapter in load(REPOSITORY).chapters])
def test_the_chapters_marks_do_not_depend_on_the_seed(chapter, tmp_path):
    """Right programs and every mutant; GRADER_SEEDS says from how many seeds."""
    course = load(REPOSITORY)
    names = [f"seed {number}" for number in range(1, 1 + int(os.environ["GRADER_SEEDS"]))]
    with Grader(course, "bwrap", cache=False) as grader:
        grader.oracle.cache = tmp_path
        rows = list(check(grader, course.chapter(chapter), names, seconds=120, jobs=os.cpu_count() or 1))
    assert [row for row in rows if row.differences] == []
