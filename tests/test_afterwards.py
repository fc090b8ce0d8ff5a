"""What is told of a task that has passed: another way and the built-in, for every task; each name is really there."""

import ast
import json
import re
import subprocess
import sys

import pytest
from msgspec.structs import replace

from grader import render
from grader.course import load
from grader.model import Outcome
from grader.reports import html, text
from tests.conftest import REPOSITORY
from tests.test_reports import make_report, printed

COURSE = load(REPOSITORY)
TASKS = [(chapter, task) for chapter in COURSE.chapters for task in chapter.tasks]
NAME = re.compile(r"\b((?:tf|np|pd|pandas|functools)(?:\.[A-Za-z_][A-Za-z0-9_]*)+)")
RESOLVE = """
import importlib, json, sys
import functools, numpy as np, pandas, pandas as pd, tensorflow as tf
missing = []
for name in json.load(sys.stdin):
    first, *rest = name.split(".")
    value = globals()[first]
    try:
        for part in rest:
            value = getattr(value, part)
    except AttributeError:
        missing.append(name)
print(json.dumps(missing))
"""


@pytest.mark.parametrize(("chapter", "task"), TASKS, ids=[f"{c.key}-{t.id}" for c, t in TASKS])
def test_every_task_tells_another_way_and_the_built_in(chapter, task):
    for words in (task.style, task.builtin):
        assert 10 < len(words) < 260
        assert words.endswith(".")
        assert words.count("`") % 2 == 0


def test_the_names_are_those_of_the_libraries():
    said = " ".join(f"{task.style} {task.builtin}" for _, task in TASKS)
    names = sorted(set(NAME.findall(said)))
    assert len(names) > 60
    run = subprocess.run(
        [sys.executable, "-c", RESOLVE], input=json.dumps(names), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-1000:]
    assert json.loads(run.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(("chapter", "task"), TASKS, ids=[f"{c.key}-{t.id}" for c, t in TASKS])
def test_every_task_names_a_section_of_its_lesson(chapter, task):
    headings = re.findall(r"^#+ (.*)$", (chapter.exercises / "lesson.md").read_text(), re.MULTILINE)
    assert task.section in headings


def test_what_to_read_is_told_of_what_does_not_pass():
    report = make_report({"sgd": Outcome.PASSED, "momentum": Outcome.FAILED})
    report = replace(report, tasks=tuple(replace(task, section="One <b> step") for task in report.tasks))
    where = 'exercises/ch4_optimizers/lesson.md, section "One <b> step"'
    assert f"To read: {where}" in " ".join(printed(report).split())
    page = html.feedback_page(report).decode()
    assert page.count("To read: ") == 1 and "One &lt;b&gt; step" in page


def with_words(report, *tasks):
    """The report with something to tell of these tasks."""
    told = [
        replace(task, style="In one line.", builtin="`tf.<b>`, ready-made.") if task.id in tasks else task
        for task in report.tasks
    ]
    return replace(report, tasks=tuple(told))


def test_they_are_in_the_terminal_and_on_the_page():
    report = with_words(make_report({"sgd": Outcome.PASSED, "momentum": Outcome.FAILED}), "sgd")
    shown = printed(report)
    assert "sgd is done." in shown
    assert "Another way: In one line." in shown
    assert "In real work: `tf.<b>`, ready-made." in shown
    page = html.feedback_page(report).decode()
    assert "<dt>Another way</dt><dd><p>In one line.</p></dd>" in page
    assert "<code>tf.&lt;b&gt;</code>, ready-made." in page
    assert not text.afterwards(report.tasks[1])


def test_of_many_only_the_place_is_told():
    report = with_words(make_report(dict.fromkeys("abc", Outcome.PASSED)), "a", "b", "c")
    shown = printed(report)
    assert "In one line." not in shown
    assert "make test-ch4 TASK=a" in shown


# --- and of a claim that fails where no known mistake fits


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.key)
def test_every_hidden_claim_has_a_hint_of_its_own(chapter):
    source = (chapter.solutions / "test_hidden.py").read_text()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            claim, _, hint = (ast.get_docstring(node) or "").partition("\n\nHint: ")
            assert "\n" not in claim and 20 < len(hint) < 240, node.name
            found[node.name] = hint
    assert len(found) > 35
    for task in chapter.tasks:  # a hint does not say what the task's own first hint says already
        assert not set(found.values()) & set(render.hints(chapter)[task.id])
