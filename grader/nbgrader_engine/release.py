"""Takes the solutions out of a source notebook, by the course's own markers."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions

from grader import regions
from grader.errors import AuthorError
from grader.nbgrader_engine.warm import CoursePreprocessor


class ReleaseSkeleton(CoursePreprocessor, ClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """In the place of `ClearSolutions`: `#: begin task.part` to `#: end task.part` becomes the skeleton's own line.

    A marker that is not exactly one stops the release. Solution cells without a marker, which only cells of your
    own can be, are cleared as nbgrader does it.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Clears the notebook's solutions.

        Raises:
            AuthorError: a marker is malformed, a task has no cell for its points, or a cell would have to be run
                to be graded.
        """
        told = resources["nbgrader"]
        chapter = self.chapter(told["assignment"])
        where = f"{told['assignment']}/{told['notebook']}.ipynb"
        if told["notebook"] != chapter.module:
            raise AuthorError(f"{where}: the notebook of {chapter.id} is called {chapter.module}.ipynb")
        wanted = {f"{task.id}-grade" for task in chapter.tasks}
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell):
                name = cell.metadata.nbgrader["grade_id"]
                if name not in wanted:
                    raise AuthorError(
                        f"{where}: {name} is no cell of a task; tests go into the chapter's test_hidden.py"
                    )
                wanted.remove(name)
        if wanted:
            raise AuthorError(f"{where}: {min(wanted)} is missing; make render makes the notebook anew")
        found: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)
        return found

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clears one cell."""
        if cell.cell_type == "code" and utils.is_solution(cell):
            told = resources["nbgrader"]
            where = f"{told['notebook']}.ipynb, cell {cell.metadata.nbgrader['grade_id']}"
            if regions.parse(cell.source, where):
                cell.source = regions.strip(cell.source, where)
                return cell, resources
        elif cell.cell_type == "code" or not utils.is_solution(cell):
            return cell, resources  # given: nothing in it is to be cleared, whatever it speaks of
        found: tuple[NotebookNode, dict[str, Any]] = super().preprocess_cell(cell, resources, index)
        return found
