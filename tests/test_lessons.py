"""Every lesson runs from top to bottom, and is what a lesson promises to be."""

import itertools
import os
import re
import subprocess
import sys

import pytest

from book.run import cells, is_lesson, lessons
from grader import render
from grader.course import load
from tests.conftest import REPOSITORY

LESSONS = [path for path in lessons() if is_lesson(path)]


def test_every_chapter_has_its_lesson():
    for chapter in load(REPOSITORY).chapters:
        assert chapter.exercises / "lesson.md" in LESSONS


def test_all_lessons_run_from_top_to_bottom():
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "book.run"]
    result = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr[-3000:]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_lesson_says_what_for_credits_the_book_and_ends_in_its_tasks(path):
    text = path.read_text(encoding="utf-8")
    assert "TensorFlow 2 Tutorial" in text
    assert "```{code-cell}" in text
    if path.name == "lesson.md":
        chapter = next(each for each in load(REPOSITORY).chapters if each.id == path.parent.name)
        for task in chapter.tasks:
            assert f"make test-{chapter.key} TASK={task.id}" in text


def pairs(text: str) -> set[tuple[str, str]]:
    """Every line with the next one, blank lines apart."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return set(itertools.pairwise(lines))


@pytest.mark.parametrize("chapter", load(REPOSITORY).chapters, ids=lambda chapter: chapter.id)
def test_no_lesson_holds_a_solution(chapter):
    """No two lines in a row that stand only in marked regions stand in a lesson or a hint."""
    private = pairs(render.solution(chapter)) - pairs(render.skeleton(chapter))
    for path in chapter.exercises.glob("*.md"):
        code = "\n".join(cells(path)) if is_lesson(path) else path.read_text(encoding="utf-8")
        assert not pairs(code) & private, path.name


def test_formulas_are_balanced():
    for path in LESSONS:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert text.count("$$") % 2 == 0, path
