"""A student's push: the visible cases of what was begun, as a summary, annotations and Classroom's results.

It runs in the student's own repository, where the student may change everything. So it is feedback and no grade.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.atomic import write_atomic
from grader.ci import workflow
from grader.errors import SubmissionError
from grader.grade import Grader
from grader.model import Chapter, Report, encode_report
from grader.reports import autograding
from grader.submission import is_untouched, snapshot

NOTHING = "Nothing is begun yet: read a chapter's lesson, write in its file, and push again."


def begun(chapter: Chapter) -> bool:
    """Whether anything was written in one of the chapter's two files."""
    places = [chapter.exercises / f"{chapter.module}{suffix}" for suffix in (".py", ".ipynb")]
    return any(place.is_file() and not is_untouched(place.read_bytes(), place.name, chapter) for place in places)


def feedback(grader: Grader, chapters: Sequence[Chapter], out: Path) -> tuple[list[Report], list[str]]:
    """Grades the chapters that were begun and tells the workflow.

    Returns:
        The reports, and a line for each submission that cannot be graded.
    """
    markdown: Any = importlib.import_module("grader.reports.markdown")
    root = grader.course.root
    graded: list[Report] = []
    unusable: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    for chapter in chapters:
        if not begun(chapter):
            continue
        try:
            work = snapshot(chapter.exercises, chapter)
        except SubmissionError as error:
            unusable.append(f"{chapter.key}: {error}")
            sys.stdout.write(workflow.notice(f"{chapter.key} cannot be graded", str(error)) + "\n")
            workflow.add_summary(f"### {chapter.key}\n\nIt cannot be graded yet; the notice says why.")
            continue
        report = grader.grade(chapter, work, chapter.id)
        graded.append(report)
        write_atomic(out / f"{chapter.id}.json", encode_report(report))
        workflow.add_summary(markdown.summary(report))
        path = (chapter.exercises / work.name).relative_to(root).as_posix()
        sys.stdout.write(markdown.annotations(report, path).rstrip("\n") + "\n")
    if not graded and not unusable:
        workflow.add_summary(NOTHING)
    _classroom(graded, out)
    return graded, unusable


def _classroom(graded: Sequence[Report], out: Path) -> None:
    """GitHub Classroom's results: as a file, as an output for its reporter, as the two notices that it looks for."""
    results = autograding.encode(graded)
    write_atomic(out / "autograding.json", results)
    workflow.set_output("result", base64.b64encode(results).decode())
    points, most = autograding.totals(graded)
    if most:
        sys.stdout.write(workflow.notice("Autograding complete", f"Points {points:g}/{most:g}") + "\n")
        words = json.dumps({"totalPoints": points, "maxPoints": most})
        sys.stdout.write(workflow.notice("Autograding report", words) + "\n")
