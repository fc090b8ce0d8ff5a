"""Grades a notebook in the sandbox and writes what came of it into its cells, as nbgrader reads them."""

from __future__ import annotations

import math
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils

from grader import submission
from grader.errors import AuthorError, InfrastructureError, SubmissionError
from grader.model import Outcome, Report, TaskReport
from grader.nbgrader_engine import warm
from grader.nbgrader_engine.warm import CoursePreprocessor
from grader.nbgrader_engine.words import notes_text, problem_text, task_text


class GradeInSandbox(CoursePreprocessor):
    """In the place of `Execute`: the code cells are graded by the course's hidden suite, in the sandbox.

    Nothing of the notebook runs in this process or in a kernel. Each task's locked cell gets two outputs: the report,
    as text on stdout, and the task's score, as the result that nbgrader's `SaveAutoGrades` takes for partial credit.

    Raises:
        InfrastructureError: the grader is at fault. nbgrader then takes this submission back, says whose it is at the
            end, and goes on with the next. Its gradebook has the submission all the same: at a first grading with 0.0,
            which `nbgrader export` writes until it is graded.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grades the notebook and fills in its graded cells."""
        told = resources["nbgrader"]
        chapter = self.chapter(told["assignment"])
        left = nb.metadata.pop("grader", {})  # by `Sanitize`
        problem, notes = left.get("problem", ""), list(left.get("notes", []))
        report: Report | None = None
        if not problem:
            try:
                data = nbformat.writes(nb).encode()
                work = submission.from_data(data, f"{chapter.module}.ipynb")
                report = warm.grade(self.root(), self.sandbox, self.device, chapter.id, work, told["student"])
            except SubmissionError as error:
                problem = str(error)
        if report is not None:
            self._check(report)
            notes += report.notes
        tasks = {f"{task.id}-grade": task for task in report.tasks} if report else {}
        known = {f"{task.id}-grade" for task in chapter.tasks}
        count = 0
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if not utils.is_grade(cell) or utils.is_solution(cell):
                continue
            name, points = cell.metadata.nbgrader["grade_id"], float(cell.metadata.nbgrader["points"])
            if name not in known:
                raise AuthorError(f"{chapter.id}: {name} is no cell of a task, so nothing grades it")
            count += 1
            if report is None:
                _fill(cell, problem_text(problem), 0.0, count)
            else:
                _fill(cell, task_text(report, tasks[name]), score(tasks[name], points), count)
        if notes or problem:
            nb.cells.insert(0, new_markdown_cell(notes_text(problem, notes), id="from-the-grader"))
        total = f"{report.score:g} of {report.max_score:g} points" if report else f"not graded: {problem}"
        self.log.info("%s: %s", told["student"], total)
        return nb, resources

    @staticmethod
    def _check(report: Report) -> None:
        """Refuses a report that says more of the grader than of the student."""
        for task in report.tasks:
            for test in task.tests:
                if test.outcome is Outcome.INFRASTRUCTURE:
                    raise InfrastructureError(f"{task.id}: {test.message}")
        if report.outcome is Outcome.INFRASTRUCTURE or report.max_score <= 0:
            raise InfrastructureError("the hidden suite is not here, so there are no points to give")


def score(task: TaskReport, points: float) -> float:
    """A task's score for a cell of so many points: never below 0, never more, never nan."""
    share = task.score / task.max_score if task.max_score else 0.0
    if not math.isfinite(share):
        raise InfrastructureError(f"{task.id}: its score is {task.score} of {task.max_score}")
    return round(points * min(max(share, 0.0), 1.0), 4)


def _fill(cell: NotebookNode, words: str, points: float, count: int) -> None:
    """Writes the outputs. nbgrader takes the first that is an error, on stderr, or a result: so there is one result."""
    cell.execution_count = count
    cell.outputs = [
        new_output("stream", name="stdout", text=words),
        new_output("execute_result", data={"text/plain": f"{points:g}"}, execution_count=count),
    ]
