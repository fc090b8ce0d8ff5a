"""Sets up nbgrader's course directory: configuration, source notebooks, and a class of submissions as notebooks."""

from __future__ import annotations

import ast
import datetime
import json
import secrets
import warnings
from pathlib import Path
from typing import Any

from grader import render, submission
from grader.atomic import write_atomic
from grader.classroom.intake import submitted, take_in
from grader.errors import SubmissionError, UsageError
from grader.model import Chapter, Course, Snapshot

CONFIG = "nbgrader_config.py"
SECRET = "submission_secret.txt"  # noqa: S105 - the name of a file


def prepare(course: Course, out: Path) -> None:
    """Writes the configuration and the source notebooks of all chapters; nothing else in the folder is touched.

    Args:
        course: the course, with its solutions.
        out: the course directory, somewhere inside the course's folder.

    Raises:
        UsageError: it is elsewhere, or the course has no configuration for nbgrader.
        AuthorError: a solution is not in order.
    """
    config = course.root / render.INSTRUCTOR / CONFIG
    if not config.is_file():
        raise UsageError(f"there is no {render.INSTRUCTOR}/{CONFIG} in {course.root}")
    if not out.resolve().is_relative_to(course.root.resolve()):
        raise UsageError(f"{out} is not inside the course's folder, where nbgrader would find course.toml")
    _write(out / CONFIG, config.read_bytes())
    for chapter in course.chapters:
        for path, data in render.source(chapter, out / "source").items():
            _write(path, data)


def collect(chapter: Chapter, folder: Path, out: Path) -> tuple[list[str], list[str]]:
    """Puts a class's submissions into `submitted/`, each as a notebook called as the assignment's.

    A notebook goes there as it is. A script becomes a notebook of its cells; see `as_notebook`. Beside it stand when it
    was handed in and a secret, as the exchange writes them: where one is missing, nbgrader releases nobody's feedback.

    Args:
        chapter: whose submissions they are.
        folder: a file, folder or archive a student, as for `grade-class`.
        out: the course directory.

    Returns:
        The students, and a line for each submission that could not be taken.

    Raises:
        UsageError: there is no such folder, or nothing in it.
    """
    students: list[str] = []
    problems: list[str] = []
    name = f"{chapter.module}.ipynb"
    for entry in take_in(folder, chapter).values():
        if not entry.attempts:
            problems += [f"{entry.student.id}: {entry.problem}"] if entry.problem else []
            continue
        student, path = entry.student.id, entry.attempts[-1].path
        try:
            if path.suffix == ".ipynb":
                data = submission.contents(path, chapter.limits.archive)
            else:
                data = as_notebook(submission.snapshot(path, chapter), chapter).encode()
        except SubmissionError as error:
            problems.append(f"{student}: {error}")
            continue
        target = out / "submitted" / student / chapter.id
        _write(target / name, data)
        handed_in = submitted(entry.attempts[-1]).astimezone(datetime.UTC)
        _write(target / "timestamp.txt", f"{handed_in:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
        if not (target / SECRET).is_file():
            _write(target / SECRET, secrets.token_hex(32).encode())
        students.append(student)
    return students, problems


def as_notebook(work: Snapshot, chapter: Chapter) -> str:
    """A submission as a notebook that is graded as the submission is.

    A script that is divided by `# %%` gives a cell for each part, if all parts are Python. One that is not stays in
    one cell: as a script it stops at its first error, and so it does there.

    Args:
        work: the submission.
        chapter: the chapter; the cell of a task has its id.
    """
    import jupytext  # slow to import, and wanted only here

    pieces = [("code", cell.source) for cell in work.cells]
    if len(work.cells) == 1 and not work.name.endswith(".ipynb"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = jupytext.reads(work.cells[0].source, fmt="py:percent")
        divided = [(str(cell["cell_type"]), str(cell["source"])) for cell in book["cells"]]
        if all(kind != "code" or _is_python(source) for kind, source in divided):
            pieces = divided
    owners = {name: task.id for task in chapter.tasks for name in task.names}
    released = json.loads(render.notebook(chapter))
    grades = {cell["id"]: cell for cell in released["cells"] if cell["metadata"]["nbgrader"]["grade"]}
    cells: list[dict[str, Any]] = []
    taken: set[str] = set()
    for number, (kind, source) in enumerate(pieces, start=1):
        tasks = [owners[name] for name in _defined(source) if name in owners] if kind == "code" else []
        name = next((task for task in tasks if task not in taken), f"cell-{number}")
        taken.add(name)
        cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
        cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
        cells += [grades.pop(f"{task}-grade") for task in tasks if f"{task}-grade" in grades]
    return json.dumps(released | {"cells": [*cells, *grades.values()]}, indent=1, ensure_ascii=False) + "\n"


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _defined(source: str) -> list[str]:
    if not _is_python(source):
        return []
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [node.name for node in ast.parse(source).body if isinstance(node, kinds)]


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        write_atomic(path, data)
