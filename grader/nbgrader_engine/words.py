"""What a graded cell says to the student."""

from __future__ import annotations

import textwrap

from grader.model import Outcome, Report, TaskReport
from grader.reports import text

_WIDTH = max(len(word) for word in text.WORDS.values())
_COLUMNS = 80  # beside the verdict


def task_text(report: Report, task: TaskReport) -> str:
    """The report on one task: its score, each claim with its verdict, and for a fail what there is to say."""
    points = f"{text.points(task.score)} of {text.points(task.max_score)} points"
    lines = [f"{text.line(task.title, 100)}: {text.WORDS[task.outcome]}, {points}", ""]
    telling = set(text.telling(report, task))
    advice = {test.id: first for test, first in text.advice(report, task)}
    for test in task.tests:
        worth = f"{text.points(test.score)}/{text.points(test.points)}" if test.visibility == "hidden" else "visible"
        lines.append(f"{text.WORDS[test.outcome]:{_WIDTH}}  {worth:9}  {text.line(test.claim, 300)}")
        said = []
        if test.outcome is not Outcome.PASSED and test.id in telling:
            said += text.clean(test.message, 2000).rstrip().split("\n")
        if advice.get(test.id):
            known = text.misconception(test, task)
            said += [f"A known mistake: {known}"] if known else []
            said += f"Hint: {text.clean(test.hint, 1000)}".split("\n") if test.hint else []
        lines += [f"{'':{_WIDTH + 13}}{part}".rstrip() for line in said for part in _wrapped(line)]
    return "\n".join(lines) + "\n"


def _wrapped(line: str) -> list[str]:
    """A long line in pieces: a notebook's page cuts it off. What is set in columns is short and stays."""
    indent = line[: len(line) - len(line.lstrip())]
    pieces = textwrap.wrap(line, _COLUMNS, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    return pieces if len(line) > _COLUMNS else [line]


def problem_text(problem: str) -> str:
    """What every graded cell says of a submission that cannot be graded."""
    return f"Not graded, no points: {text.line(problem, 500)}\n"


def notes_text(problem: str, notes: list[str]) -> str:
    """A Markdown cell with what there is to say of the notebook as a whole; nothing in it is taken for Markdown."""
    lines = [f"- {text.line(words, 300)}" for words in ([problem] if problem else []) + notes]
    title = "This notebook could not be graded" if problem else "What the grader has to say of this notebook"
    return "\n".join([f"**{title}**", "", "```text", *lines, "```"])
