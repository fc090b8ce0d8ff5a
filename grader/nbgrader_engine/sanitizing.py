"""Puts a submitted notebook's cells in order: which of them the assignment knows, decided anew from the gradebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook

from grader.model import Chapter
from grader.nbgrader_engine.warm import CoursePreprocessor
from grader.reports import text

MAKERS: dict[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "heading": new_markdown_cell,  # of format 3, as is the next
    "html": new_markdown_cell,
    "raw": new_raw_cell,
}
_DEFINES = re.compile(r"^(?:class|(?:async[ \t]+)?def)[ \t]+(\w+)", re.MULTILINE)


class Known(Struct, frozen=True):
    """A cell of the assignment, as `generate_assignment` saved it."""

    name: str
    cell_type: str
    source: str
    checksum: str | None
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None

    @property
    def metadata(self) -> NotebookNode:
        """nbgrader's metadata, schema 3."""
        found: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
        }
        if self.checksum:
            found["checksum"] = self.checksum
        if self.points is not None:
            found["points"] = self.points
        return NotebookNode(nbgrader=NotebookNode(found))

    def cell(self) -> NotebookNode:
        """The cell as it was released."""
        return MAKERS[self.cell_type](self.source, id=_identifier(self.name), metadata=self.metadata)


class Sanitize(CoursePreprocessor):
    """The first of the sanitizers: behind it no duplicated, renamed, moved, deleted or damaged cell is left.

    The student's cells all stay, with their text. What nbgrader knows of them is not taken from the submission:
    each cell of the assignment is found again by its grade id, its cell id or what it defines, and gets the
    metadata of the gradebook; every other cell has none. Graded cells that are gone are put back.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Puts the cells in order; what there is to say goes with the notebook, for `GradeInSandbox`."""
        told = resources["nbgrader"]
        known = _known(told["db_url"], told["notebook"], told["assignment"])
        notes: list[str] = told.get("notes", [])
        owners = _owners(nb.cells, known, self.chapter(told["assignment"]))
        nb.cells = _rebuilt(nb.cells, known, owners, notes)
        _put_back(nb.cells, known, notes, silent=bool(told.get("problem")))
        seen: set[str] = set()
        for number, cell in enumerate(nb.cells):
            while cell.id in seen:
                cell.id = f"{cell.id[:50]}-{number}"
            seen.add(cell.id)
        nb.metadata["grader"] = NotebookNode(problem=told.get("problem", ""), notes=notes)
        return nb, resources


def _known(db_url: str, notebook: str, assignment: str) -> dict[str, Known]:
    """The cells of the assignment by their grade ids, in order."""
    with Gradebook(db_url) as gradebook:
        book = gradebook.find_notebook(notebook, assignment)
        points = {cell.name: float(cell.max_score) for cell in [*book.grade_cells, *book.task_cells]}
        tasks = {cell.name for cell in book.task_cells}
        solutions = {cell.name for cell in book.solution_cells}
        return {
            cell.name: Known(
                name=cell.name,
                cell_type=cell.cell_type,
                source=cell.source,
                checksum=cell.checksum,
                locked=bool(cell.locked),
                grade=cell.name in points and cell.name not in tasks,
                solution=cell.name in solutions,
                task=cell.name in tasks,
                points=points.get(cell.name),
            )
            for cell in book.source_cells
        }


def _owners(cells: list[NotebookNode], known: dict[str, Known], chapter: Chapter) -> dict[str, int]:
    """Which cell stands for which of the assignment's: grade id -> index."""
    defining = {name: task.id for task in chapter.tasks for name in task.names}
    claims: dict[str, list[int]] = {name: [] for name in known}
    defined: list[set[str]] = []
    for index, cell in enumerate(cells):
        defined.append({defining[name] for name in _DEFINES.findall(cell.source) if name in defining})
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        name = grade_id if isinstance(grade_id, str) and grade_id in known else cell.id
        if name in known:
            claims[name].append(index)
    for index, tasks in enumerate(defined):  # its metadata is lost, or it has been written anew
        claimed = any(index in indices for indices in claims.values())
        for task in sorted(tasks) if not claimed else ():
            if task in known and not any(task in defined[other] for other in claims[task]):
                claims[task].append(index)
                break
    owners: dict[str, int] = {}
    for name, indices in claims.items():
        unchanged = [index for index in indices if _same(cells[index].source, known[name].source)]
        if known[name].locked:
            wanted = unchanged or (indices if known[name].grade else [])
            if wanted:
                owners[name] = wanted[0]
        elif indices:
            written = [index for index in indices if name in defined[index] and index not in unchanged]
            owners[name] = (written or [index for index in indices if name in defined[index]] or indices)[-1]
    return owners


def _rebuilt(
    cells: list[NotebookNode], known: dict[str, Known], owners: dict[str, int], notes: list[str]
) -> list[NotebookNode]:
    """The cells with the metadata that they are to have."""
    names = {index: name for name, index in owners.items()}
    result: list[NotebookNode] = []
    for index, cell in enumerate(cells):
        claimed = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.metadata = NotebookNode()
        wanted = known.get(names.get(index, ""))
        if wanted is None:
            if isinstance(claimed, str) and owners.get(claimed, index) != index and not known[claimed].locked:
                notes.append(f"the cell {text.line(claimed, 60)} is there more than once; each is run, where it stands")
            result.append(cell)
        elif wanted.locked:
            if wanted.grade and not _same(cell.source, wanted.source) and _is_code(cell.source):
                notes.append(f"code was written into the locked cell {wanted.name}; it is run, before that cell")
                result.append(new_code_cell(cell.source, id=f"{_identifier(wanted.name)[:50]}-code"))
            made = wanted.cell()
            made.id = cell.id
            result.append(made)
        elif cell.cell_type == wanted.cell_type:
            cell.metadata = wanted.metadata
            result.append(cell)
        elif wanted.cell_type != "code" or _is_code(cell.source):
            notes.append(f"the cell {wanted.name} was a {cell.cell_type} cell; it is a {wanted.cell_type} cell again")
            result.append(MAKERS[wanted.cell_type](cell.source, id=cell.id, metadata=wanted.metadata))
        else:
            notes.append(f"the cell {wanted.name} is text now, not code")
            result.append(cell)
    return result


def _put_back(cells: list[NotebookNode], known: dict[str, Known], notes: list[str], *, silent: bool) -> None:
    """Adds the graded cells that are gone, each behind the cell that it followed."""
    before: list[str] = []
    for name, wanted in known.items():
        places = {cell.metadata["nbgrader"]["grade_id"]: i for i, cell in enumerate(cells) if cell.metadata}
        if name not in places and (wanted.grade or wanted.task):
            place = next((places[other] + 1 for other in reversed(before) if other in places), 0)
            cells.insert(place, wanted.cell())
            if not silent:
                notes.append(f"the cell {name} was missing and has been put back")
        before.append(name)


def _same(source: str, other: str) -> bool:
    return source.replace("\r\n", "\n").rstrip() == other.rstrip()


def _is_code(source: str) -> bool:
    """Whether there is a statement in it, and nothing that is not Python."""
    try:
        return bool(ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _identifier(name: str) -> str:
    """A cell id: nbformat allows 1 to 64 characters."""
    return name[:64] or "cell"
