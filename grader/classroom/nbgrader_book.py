"""A class as nbgrader's gradebook, a database that formgrader and `nbgrader export` read: the same rows each time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.model import Chapter, Outcome
from grader.reports.standing import Standing

BATCH = 200  # students at a time in memory


def write_gradebook(path: Path, standings: Iterable[Standing], chapter: Chapter) -> None:
    """Writes the database anew: an assignment with one notebook, a graded cell a task.

    Raises:
        UsageError: nbgrader is not installed.
    """
    try:
        from nbgrader import api
    except ImportError as error:
        raise UsageError("nbgrader is not installed here; the instructor's environment has it") from error
    draft = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with _programs_at_hand(), api.Gradebook(f"sqlite:///{draft}") as book:
            _assignment(api, book.db, chapter)
            number = 0
            for standing in standings:
                if standing.submitted and standing.report.outcome is not Outcome.INFRASTRUCTURE:
                    _student(api, book.db, chapter, standing)
                    number += 1
                    if number % BATCH == 0:
                        book.db.commit()
                        book.db.expunge_all()
            book.db.commit()
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _programs_at_hand() -> Iterator[None]:
    """nbgrader calls `alembic` by its name, which lies beside this Python."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _assignment(api: Any, db: Any, chapter: Chapter) -> None:
    add = db.add
    course = "default_course"
    if db.get(api.Course, course) is None:
        add(api.Course(id=course))
    assignment = api.Assignment(name=chapter.id, course_id=course)
    assignment.id = _id(chapter.id)  # its constructor takes none
    add(assignment)
    add(api.Notebook(id=_id(chapter.id, "book"), name=chapter.module, assignment_id=_id(chapter.id)))
    for task in chapter.tasks:
        cell = api.GradeCell(
            id=_id(chapter.id, task.id), name=task.id, max_score=task.points, cell_type="code",
            notebook_id=_id(chapter.id, "book"),
        )  # fmt: skip
        add(cell)
    db.commit()


def _student(api: Any, db: Any, chapter: Chapter, standing: Standing) -> None:
    add, who = db.add, standing.student
    first, _, last = who.name.rpartition(" ")
    add(api.Student(id=who.id, first_name=first or None, last_name=last or None, email=who.email or None))
    handed_in, book = _id(chapter.id, who.id), _id(chapter.id, who.id, "book")
    add(api.SubmittedAssignment(id=handed_in, assignment_id=_id(chapter.id), student_id=who.id))
    add(
        api.SubmittedNotebook(
            id=book,
            assignment_id=handed_in,
            notebook_id=_id(chapter.id, "book"),
            late_submission_penalty=standing.penalty,
        )
    )
    said = dict(standing.overridden)
    points = sum(said.get(task.id, task.score) for task in standing.report.tasks)
    extra = said[""] - points if "" in said else None  # nbgrader has no place for a total of a person's
    for number, task in enumerate(standing.report.tasks):
        grade = api.Grade(
            id=_id(chapter.id, who.id, task.id), cell_id=_id(chapter.id, task.id), notebook_id=book,
            auto_score=task.score, manual_score=said.get(task.id), extra_credit=extra if number == 0 else None,
            needs_manual_grade=False,
        )  # fmt: skip
        add(grade)


def _id(*parts: str) -> str:
    """nbgrader's ids are 32 hexadecimal digits drawn at random; these are the same each time."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
