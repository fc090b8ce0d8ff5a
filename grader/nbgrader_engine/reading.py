"""Reads what a student handed in. Whatever it is, a notebook comes of it, if need be an empty one and a reason."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_notebook

from grader import notebook, submission
from grader.archive import show, size
from grader.errors import SubmissionError
from grader.model import Limits
from grader.nbgrader_engine.sanitizing import MAKERS, Sanitize

MAX_CELLS = 2000
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SubmissionExporter(NotebookExporter):
    """nbgrader's exporter of notebooks, which reads submissions without trusting them.

    Outputs, widgets and all metadata but nbgrader's own are left behind unread. What cannot be read at all becomes
    a notebook without cells; why is in `resources["nbgrader"]["problem"]`.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Reads and converts the notebook in a file; only submissions are read in this way."""
        sanitizer = next((each for each in self._preprocessors if isinstance(each, Sanitize)), None)
        if sanitizer is None or resources is None or "nbgrader" not in resources:
            found: tuple[NotebookNode, dict[str, Any]] = super().from_filename(filename, resources, **options)
            return found
        path = Path(filename)
        told = resources["nbgrader"]
        told |= {"problem": "", "notes": []}
        try:
            book = read(path, sanitizer.chapter(told["assignment"]).limits, told["notes"])
        except SubmissionError as error:
            told["problem"] = str(error)
            book = new_notebook()
        book.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"))
        today = f"{datetime.date.today():%B %d, %Y}"
        resources["metadata"] = {"name": path.stem, "path": str(path.parent), "modified_date": today}
        return self.from_notebook_node(book, resources=resources, **options)  # type: ignore[no-any-return,no-untyped-call]


def read(path: Path, limits: Limits, notes: list[str]) -> NotebookNode:
    """The cells of a submitted notebook, without outputs.

    Args:
        path: the file.
        limits: how large it may be: outputs and pictures count as an archive, code as a submission.
        notes: what was changed is added here.

    Raises:
        SubmissionError: it is no notebook of Python code; one line says why.
    """
    name = path.name
    if not os.path.lexists(path):
        found = [show(other.name) for other in sorted(path.parent.glob("*.ipynb"))]
        some = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
        raise SubmissionError(f"there is no {name}, only {some}: give the notebook that you mean this name")
    text = submission.decode(submission.contents(path, limits.archive), name)
    saved = notebook.saved(text, name)
    if len(saved) > MAX_CELLS:
        raise SubmissionError(f"{name} has {len(saved)} cells, more than the {MAX_CELLS} allowed")
    length = sum(len(cell.text.strip()) for cell in saved if cell.cell_type == "code")
    if length > limits.submission:
        raise SubmissionError(f"{name} has {size(length)} of code, more than the {size(limits.submission)} allowed")
    if not length:
        raise SubmissionError(f"{name} has no code: is it the notebook that you wanted to hand in?")
    book: NotebookNode = new_notebook()
    taken: set[str] = set()
    for number, cell in enumerate(saved, start=1):
        maker = MAKERS.get(cell.cell_type)
        if maker is None:
            notes.append(f"cell {number} was left out: it is neither code nor text")
            continue
        made = maker(cell.text)
        made.id = cell.id if isinstance(cell.id, str) and _ID.fullmatch(cell.id) else f"cell-{number}"
        while made.id in taken:
            made.id = f"{made.id[:50]}-{number}"
        taken.add(made.id)
        if isinstance(cell.metadata, dict) and isinstance(cell.metadata.get("nbgrader"), dict):
            made.metadata["nbgrader"] = NotebookNode(grade_id=cell.metadata["nbgrader"].get("grade_id"))
        if made.cell_type == "markdown" and _is_attachments(cell.attachments):
            made.attachments = cell.attachments
        book.cells.append(made)
    return book


def _is_attachments(value: Any) -> bool:
    """Whether this is what pasted pictures look like: name -> kind -> base64."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            isinstance(bundle, dict) and all(isinstance(data, str) for data in bundle.values())
            for bundle in value.values()
        )
    )
