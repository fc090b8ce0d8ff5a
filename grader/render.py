"""What is generated from a solution: the skeleton, its notebook, the digests that tell an untouched copy."""

from __future__ import annotations

import ast
import json
import re
import warnings
from pathlib import Path
from typing import Any

from . import regions
from .assembly import read
from .errors import AuthorError
from .model import Chapter, Task
from .submission import RELEASED, released_digest

INSTRUCTOR = "instructor"  # the folder of nbgrader's course directory, where a course has one
FRESH = "expected/fresh.json"  # the released files once more, for who wants to start again

_HEADING = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<text>.*?)[ \t]*#*[ \t]*")


def solution(chapter: Chapter) -> str:
    """The source of the chapter's solution, markers included.

    Raises:
        AuthorError: it is not here, or its regions and the chapter's tasks do not fit together.
    """
    path = _path(chapter)
    source = read(path)
    marked = regions.parse(source, str(path))
    tasks = {task.id for task in chapter.tasks}
    for region in marked:
        if region.task not in tasks:
            raise AuthorError(f"{path}:{region.begin}: chapter.toml has no task {region.task}")
    defined = {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for task in chapter.tasks:
        if not any(region.task == task.id for region in marked):
            raise AuthorError(f"{path}: task {task.id} has no region")
        for name in task.names:
            if name not in defined:
                raise AuthorError(f"{path}: task {task.id} is to define {name}, which is not here")
    return source


def skeleton(chapter: Chapter) -> str:
    """The file that students start from.

    Raises:
        AuthorError: the solution is not in order.
    """
    return regions.strip(solution(chapter), str(_path(chapter)))


def notebook(chapter: Chapter) -> str:
    """The skeleton as an nbgrader notebook: metadata of schema 3, and a locked cell with each task's points.

    The cell ids are the grade ids, so the same skeleton gives the same bytes.

    Raises:
        AuthorError: the solution is not in order, or one cell holds regions of two tasks.
    """
    return _notebook(chapter, skeleton(chapter))


def source_notebook(chapter: Chapter) -> str:
    """The notebook that nbgrader releases the skeleton notebook from: the same cells, the regions in them.

    Raises:
        AuthorError: as `notebook`.
    """
    return _notebook(chapter, solution(chapter))


def source(chapter: Chapter, folder: Path) -> dict[Path, bytes]:
    """What nbgrader's `source` folder holds of a chapter: the source notebook, and what its cells import.

    Args:
        chapter: the chapter; its id is the assignment's name.
        folder: nbgrader's `source` folder.

    Raises:
        AuthorError: as `notebook`.
    """
    text = source_notebook(chapter)
    found = {folder / chapter.id / f"{chapter.module}.ipynb": text.encode()}
    given = chapter.exercises / "given.py"
    if given.is_file() and re.search(r"(?:from|import) given\b", text):
        found[folder / chapter.id / given.name] = given.read_bytes()
    return found


def alternates(chapter: Chapter) -> dict[str, str]:
    """The chapter's other right programs: name -> source.

    Raises:
        AuthorError: one is not Python, or has region markers.
    """
    folder = _path(chapter).parent / "alternates"
    sources = {path.stem: read(path) for path in sorted(folder.glob("*.py"))}
    for name, source in sources.items():
        if regions.parse(source, str(folder / f"{name}.py")):
            raise AuthorError(f"{folder / name}.py: an alternate is what a student hands in: no region markers")
    return sources


def hints(chapter: Chapter) -> dict[str, tuple[str, str, str]]:
    """Each task's three hints, as Markdown, from `hints.md`.

    Raises:
        AuthorError: a task's hints are missing or not three, or there are hints for no task.
    """
    path = chapter.exercises / "hints.md"
    found: dict[str, list[list[str]]] = {}
    task = ""
    fenced = False
    for number, line in enumerate(read(path).split("\n"), start=1):
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.fullmatch(line)
        level = len(heading["level"]) if heading else 0
        if heading and level == 2:
            task = heading["text"]
            if task not in {each.id for each in chapter.tasks}:
                raise AuthorError(f'{path}:{number}: the chapter has no task "{task}"')
            if task in found:
                raise AuthorError(f"{path}:{number}: the hints for {task} are there twice")
            found[task] = []
        elif heading and level == 3 and task:
            found[task].append([])
            if heading["text"] != str(len(found[task])):
                raise AuthorError(f'{path}:{number}: "### {len(found[task])}" is wanted here')
        elif task and found[task]:
            found[task][-1].append(line)
        elif task and line.strip():
            raise AuthorError(f'{path}:{number}: the hints for {task} begin with "### 1"')
    result: dict[str, tuple[str, str, str]] = {}
    for each in chapter.tasks:
        texts = ["\n".join(lines).strip() for lines in found.get(each.id, [])]
        if len(texts) != 3 or not all(texts):
            raise AuthorError(f"{path}: task {each.id} has {len([t for t in texts if t])} hints; three are wanted")
        result[each.id] = (texts[0], texts[1], texts[2])
    return result


def files(chapter: Chapter) -> dict[Path, bytes]:
    """All that is generated for a chapter but the recorded values: path -> content.

    Raises:
        AuthorError: the solution is not in order.
    """
    text, pages = skeleton(chapter), notebook(chapter)
    code = ["".join(cell["source"]) for cell in json.loads(pages)["cells"] if cell["cell_type"] == "code"]
    released = {
        f"{chapter.module}.py": released_digest([text]),
        f"{chapter.module}.ipynb": released_digest(code),
    }
    made = {
        f"{chapter.module}.py": text,
        f"{chapter.module}.ipynb": pages,
        RELEASED: json.dumps(released, indent=2) + "\n",
        FRESH: json.dumps({f"{chapter.module}.py": text, f"{chapter.module}.ipynb": pages}, indent=0) + "\n",
    }
    result = {chapter.exercises / name: content.encode() for name, content in made.items()}
    instructor = _path(chapter).parents[2] / INSTRUCTOR
    if instructor.is_dir():
        result |= source(chapter, instructor / "source")
    return result


def _path(chapter: Chapter) -> Path:
    if chapter.solutions is None:
        raise AuthorError(f"{chapter.id}: the solutions are not here")
    return chapter.solutions / f"{chapter.module}.py"


def _owners(chapter: Chapter, source: str) -> list[str | None]:
    """For each cell of the solution the task that it belongs to; None for text and helpers."""
    owners: list[str | None] = []
    for kind, text in _cells(source):
        path = str(_path(chapter))
        tasks = sorted({region.task for region in regions.parse(text, path)}) if kind == "code" else []
        if len(tasks) > 1:
            raise AuthorError(f"{path}: the tasks {' and '.join(tasks)} share a cell: begin a new one with # %%")
        owners.append(tasks[0] if tasks else None)
    return owners


def _notebook(chapter: Chapter, program: str) -> str:
    """The solution, or what is left of it, in cells."""
    owners = _owners(chapter, solution(chapter))
    cells: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    last = {task: index for index, task in enumerate(owners) if task is not None}
    for index, (kind, text) in enumerate(_cells(program)):
        task = owners[index]
        if task is None:
            name = "given-code" if kind == "code" else "given-text"
        else:
            name = task
        counts[name] = counts.get(name, 0) + 1
        grade_id = name if task is not None and counts[name] == 1 else f"{name}-{counts[name]}"
        cells.append(_cell(kind, text, grade_id, solution=task is not None))
        if task is not None and last[task] == index:
            cells.append(_grade_cell(chapter, chapter.task(task)))
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _cells(source: str) -> list[tuple[str, str]]:
    """The cells of a percent script: (kind, text)."""
    import jupytext  # slow to import, and wanted only here

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = jupytext.reads(source, fmt="py:percent")
    return [(str(cell["cell_type"]), str(cell["source"])) for cell in book["cells"]]


def _cell(kind: str, text: str, grade_id: str, *, solution: bool) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": grade_id,
        "metadata": {
            "nbgrader": {
                "schema_version": 3,
                "grade_id": grade_id,
                "grade": False,
                "locked": not solution,
                "solution": solution,
                "task": False,
            }
        },
        "source": text.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def _grade_cell(chapter: Chapter, task: Task) -> dict[str, Any]:
    points = "1 point" if task.points == 1 else f"{task.points:g} points"
    text = (
        f"# {task.title}: {points}. This cell is filled in when the notebook is graded.\n"
        f"# To see where you stand: make test-{chapter.key} TASK={task.id}"
    )
    cell = _cell("code", text, f"{task.id}-grade", solution=False)
    cell["metadata"]["nbgrader"] |= {"grade": True, "points": task.points}
    return cell
