"""nbgrader with this engine inside: what `nbgrader_config.py` puts in the places of nbgrader's own preprocessors.

- `ReleaseSkeleton` takes the solutions out by the course's own markers, in the place of `ClearSolutions`.
- `SubmissionExporter` reads what a student handed in, whatever it is; `Sanitize` puts its cells in order.
- `GradeInSandbox` grades the cells and writes scores and reports into them, in the place of `Execute`.
"""

from grader.nbgrader_engine.configuration import configure
from grader.nbgrader_engine.grading import GradeInSandbox
from grader.nbgrader_engine.reading import SubmissionExporter
from grader.nbgrader_engine.release import ReleaseSkeleton
from grader.nbgrader_engine.sanitizing import Sanitize

__all__ = ["GradeInSandbox", "ReleaseSkeleton", "Sanitize", "SubmissionExporter", "configure"]
