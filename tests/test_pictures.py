"""Pictures of visible cases: drawn from plain numbers, inline in the page, never in a report, nothing hidden."""

import os
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from msgspec.structs import replace

from grader import plates
from grader.course import load
from grader.errors import AuthorError
from grader.grade import Grader, as_snapshot
from grader.model import Answer, Inputs, Outcome, Picture, encode_report
from grader.plates import Plate, Row
from grader.records import Record
from grader.reports.drawing import drawn
from grader.reports.html import feedback_page
from grader.student import magic, talk
from grader.student.opening import opened
from tests.conftest import REPOSITORY

COURSE = load(REPOSITORY)
BOWL = np.array([[1.0, 0.0], [0.0, 10.0]])
PATH = np.array([[-4.0, 2.0], [-3.0, -1.0], [-2.0, 0.5]])
X = np.linspace(-3, 3, 12)


def row(expected, actual, x=X, name="value", over="x"):
    return Row(
        name,
        over,
        np.asarray(x, float),
        np.asarray(expected, float),
        None if actual is None else np.asarray(actual, float),
    )


PLATES = [
    Plate("momentum", "test_a", "path", "The way.", (row(PATH, PATH * 0.9, BOWL),)),
    Plate("activations", "test_b", "curve", "The curve.", (row(X**2, X**2 + 1), row(2 * X, 2 * X, name="gradient"))),
    Plate("train", "test_c", "losses", "The losses.", (row(np.exp(X), np.exp(X) * 2, over="epoch"),)),
]
HOSTILE = [np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-300, 0.0]


def assert_self_contained(svg):
    tree = ET.fromstring(svg)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        tag = element.tag.rpartition("}")[2]
        assert tag in {"svg", "g", "path", "defs", "use", "clipPath", "rect"}
        assert "style" not in element.attrib
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert not re.search(r"https?:|javascript:|data:", value)
            if key.endswith("href"):
                assert value.removeprefix("#") in ids
    return ids


@pytest.mark.parametrize("plate", PLATES, ids=[plate.kind for plate in PLATES])
def test_a_picture_stands_by_itself(plate):
    (picture,) = drawn([plate])
    assert_self_contained(picture.svg)
    assert f'aria-label="{plate.caption}"' in picture.svg
    assert 'role="img"' in picture.svg
    assert len(picture.svg) < 120_000
    assert drawn([plate]) == (picture,)  # the same numbers, the same picture


def test_two_pictures_on_a_page_share_no_name():
    first, second = drawn([PLATES[1], PLATES[1]])
    assert not set(assert_self_contained(first.svg)) & set(assert_self_contained(second.svg))


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("plate", PLATES, ids=[plate.kind for plate in PLATES])
def test_numbers_that_no_axes_hold_do_no_harm(plate, value):
    rows = tuple(
        Row(each.name, each.over, each.x, each.expected, np.full_like(each.expected, value)) for each in plate.rows
    )
    for hostile in (rows, tuple(Row(r.name, r.over, r.x, r.expected, None) for r in rows)):
        for picture in drawn([Plate(plate.task, plate.test, plate.kind, plate.caption, hostile)]):
            assert_self_contained(picture.svg)
            assert "nan" not in picture.svg.lower().replace("expected", "")


# --- from records to plates

CHAPTER = replace(
    COURSE.chapter("ch4"),
    pictures={
        "descent": Picture("path", ("path",), "curvature"),
        "curve": Picture("curve", ("value",), "x"),
        "history": Picture("losses", ("table.loss",)),
    },
)


def record(probe, values, answer, outcome=Outcome.FAILED, visibility="public", test="test_it", **choices):
    inputs = Inputs(probe, values, choices)
    return Record(
        test, "", "task", visibility, "It.", False, outcome=outcome, probe=probe, calls=[answer], inputs=[inputs]
    )


def plates_of(*records, right):
    return plates.of(CHAPTER, records, lambda _: Answer(None, value=right))


def test_a_visible_case_becomes_a_plate_and_a_hidden_one_does_not():
    for visibility, count in (("public", 1), ("hidden", 0)):
        one = record("descent", {"curvature": BOWL}, Answer(None, value={"path": PATH * 2}), visibility=visibility)
        assert len(plates_of(one, right={"path": PATH})) == count


@pytest.mark.parametrize(
    "given",
    [None, 3, "text", {}, {"path": None}, {"path": [1, 2]}, {"path": PATH[:, 0]}, {"path": np.zeros((5000, 2))},
     {"path": np.array(["a"])}, {"path": [10**400]}],
)  # fmt: skip
def test_an_answer_of_another_form_leaves_the_expected(given):
    (plate,) = plates_of(record("descent", {"curvature": BOWL}, Answer(None, value=given)), right={"path": PATH})
    assert plate.rows[0].actual is None
    assert "your code" not in plate.caption
    assert drawn([plate])


def test_an_exception_leaves_the_expected():
    (plate,) = plates_of(record("descent", {"curvature": BOWL}, Answer(Outcome.ERROR)), right={"path": PATH})
    assert plate.rows[0].actual is None


def test_a_few_points_are_no_curve_and_losses_are_found_in_a_tree():
    few = record("curve", {"x": X[:5]}, Answer(None, value={"value": X[:5]}))
    assert not plates_of(few, right={"value": X[:5]})
    losses = {"table": {"loss": [3.0, 2.0, 1]}}
    (plate,) = plates_of(record("history", {}, Answer(None, value=losses)), right=losses)
    assert plate.rows[0].x.tolist() == [1, 2, 3]


def test_of_a_test_that_fails_only_the_cases_that_do_are_drawn_and_those_come_first():
    def curve(name, outcome, test):
        return record("curve", {"x": X}, Answer(None, value={"value": X}), outcome, test=test, name=name)

    found = plates_of(
        curve("sigmoid", Outcome.PASSED, "test_one"),
        curve("relu", Outcome.PASSED, "test_two"),
        curve("gelu", Outcome.FAILED, "test_two"),
        right={"value": X},
    )
    assert [plate.test for plate in found] == ["test_two", "test_one"]
    assert "The curve of gelu" in found[0].caption


# --- the course's own

DECLARED = [(chapter, probe) for chapter in COURSE.chapters for probe in chapter.pictures]


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.key)
def test_every_declared_picture_is_drawn_of_some_visible_case(chapter):
    from tests.test_snippets import visible_cases

    records = visible_cases(chapter)
    found = plates.of(chapter, records, lambda inputs: _recorded(chapter)(inputs))
    probes = {test.test: test.probe for test in records}
    assert {probes[plate.test] for plate in found} == set(chapter.pictures)
    assert all(row.actual is not None and row.expected.shape == row.actual.shape for p in found for row in p.rows)
    assert len(drawn(found[:3])) == min(3, len(found))


def _recorded(chapter):
    from grader.recorded import Recording

    return Recording(chapter).answer


def test_a_picture_without_its_places_is_refused(root):
    path = root / "exercises" / "ch1_arrays" / "chapter.toml"
    text = path.read_text()
    for table, words in (
        ('[pictures.means]\nkind = "curve"\ny = ["value"]\n', "pictures: means"),
        ('[pictures.means]\nkind = "pie"\ny = ["value"]\n', "pictures"),
        ('[pictures.means]\nkind = "losses"\ny = []\n', "pictures: means"),
    ):
        path.write_text(text + table)
        with pytest.raises(AuthorError, match=words):
            load(root)


# --- on the page, in a notebook, never in the report


@pytest.fixture(scope="module")
def wrong():
    """A wrong Momentum, graded with pictures."""
    chapter = COURSE.chapter("ch4")
    with Grader(COURSE, "bwrap", seed=4) as grader:
        source = next(each.source for each in grader.mutants(chapter) if each.name == "momentum_nesterov")
        report = grader.grade(chapter, as_snapshot(chapter, source), "ada", "momentum")
        yield report, drawn(grader.plates)


def test_a_wrong_optimizer_is_drawn_beside_the_right_one(wrong):
    report, pictures = wrong
    assert [(each.task, each.test) for each in pictures] == [("momentum", "test_down_a_bowl_by_momentum")]
    page = feedback_page(report, pictures=pictures).decode()
    assert page.count("<svg") == 1 and "<script" not in page and "<figcaption>The way down the bowl" in page
    assert "<svg" not in feedback_page(report).decode()
    assert b"svg" not in encode_report(report)


def test_a_notebook_shows_them_too(wrong):
    report, pictures = wrong
    shown = magic.bundle(talk.Done(report, pictures=pictures), [])
    assert "&lt;svg" in shown["text/html"]
    assert "<svg" not in shown["text/plain"]


def test_matplotlib_is_not_imported_unless_something_is_drawn():
    code = "import sys, grader.grade, grader.reports.html, grader.student.desk; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert run.stdout == "False\n"


# --- make test-ch4 HTML=1


def test_a_browser_is_asked_where_there_is_one(tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("x")
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not opened(page)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\n')
    browser.chmod(stat.S_IRWXU)
    monkeypatch.setenv("BROWSER", str(browser))
    assert opened(page)
    for _ in range(100):
        if (tmp_path / "asked").is_file() and (tmp_path / "asked").read_text():
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert (tmp_path / "asked").read_text().strip() == str(page)
    monkeypatch.setenv("BROWSER", "no-such-program")
    assert not opened(page)


def test_the_page_is_written_and_its_place_is_told(arrays_course, tmp_path):
    page = tmp_path / "page.html"
    without = {key: value for key, value in os.environ.items() if key not in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")}
    work = arrays_course.exercises / "ch1_arrays" / "arrays.py"
    run = subprocess.run(
        [sys.executable, "-m", "grader", "--course", str(arrays_course.root), "grade", "ch1", str(work),
         "--html", str(page), "--show"],
        capture_output=True, text=True, check=False, cwd=REPOSITORY, env=without,
    )  # fmt: skip
    assert run.returncode == 1
    assert f"The page is written: {os.path.relpath(page, REPOSITORY)}" in run.stdout
    assert page.read_text().startswith("<!doctype html>")


def test_make_takes_html():
    run = subprocess.run(
        ["make", "-n", "test-ch4", "HTML=1"], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert "mkdir -p build" in run.stdout
    assert "--html build/feedback-ch4.html --show" in run.stdout
