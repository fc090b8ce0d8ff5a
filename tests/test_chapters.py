"""Every chapter of the course: what the audit proves of it, the quick half at every check."""

import os

import pytest
from rich.console import Console

from grader import render
from grader.audit import SEED, audit
from grader.course import load
from grader.grade import Grader, as_snapshot
from grader.model import Outcome
from tests.conftest import REPOSITORY

COURSE = load(REPOSITORY)
RIGHT = [(chapter.id, name) for chapter in COURSE.chapters for name in ("solution", *render.alternates(chapter))]


@pytest.fixture(scope="module")
def grader():
    with Grader(COURSE, "bwrap") as grader:
        yield grader


@pytest.mark.parametrize(("chapter", "name"), RIGHT)
def test_right_programs_have_full_marks(grader, chapter, name):
    chapter = COURSE.chapter(chapter)
    source = render.solution(chapter) if name == "solution" else render.alternates(chapter)[name]
    report = grader.grade(chapter, as_snapshot(chapter, source))
    wrong = [(t.id, t.message) for task in report.tasks for t in task.tests if t.outcome is not Outcome.PASSED]
    assert not wrong
    assert report.score == report.max_score == 20
    # runtime.py has set them, and a report says so: tolerances are measured without TF32
    assert report.environment.items() >= {"tf32": "off", "deterministic": "on", "device": "cpu"}.items()


@pytest.mark.parametrize("chapter", [chapter.id for chapter in COURSE.chapters])
def test_the_skeleton_is_missing_everywhere(grader, chapter):
    chapter = COURSE.chapter(chapter)
    report = grader.grade(chapter, as_snapshot(chapter, (chapter.exercises / f"{chapter.module}.py").read_text()))
    assert report.score == 0
    assert {task.id: task.outcome for task in report.tasks} == dict.fromkeys(
        (task.id for task in chapter.tasks), Outcome.MISSING
    )


@pytest.mark.parametrize("chapter", [chapter.id for chapter in COURSE.chapters])
def test_what_is_generated_is_fresh(grader, chapter):
    chapter = COURSE.chapter(chapter)
    for path, data in {**render.files(chapter), **grader.recorded_values(chapter)}.items():
        assert path.read_bytes() == data, f"{path.name}: make render"


@pytest.mark.slow
@pytest.mark.parametrize("chapter", [chapter.id for chapter in COURSE.chapters])
def test_the_audit_finds_nothing(chapter):
    with Grader(COURSE, "bwrap", seed=SEED) as grader, open(os.devnull, "w") as nowhere:
        result = audit(COURSE, [COURSE.chapter(chapter)], grader, Console(file=nowhere), jobs=os.cpu_count() or 1)
    assert not result.findings
    assert result.ok
