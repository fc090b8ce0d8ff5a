"""What `nbgrader_config.py` asks for: nbgrader's lists of preprocessors, with this engine's in them."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors as stock

from grader import course as courses
from grader.errors import GraderError
from grader.nbgrader_engine.grading import GradeInSandbox
from grader.nbgrader_engine.reading import SubmissionExporter
from grader.nbgrader_engine.release import ReleaseSkeleton
from grader.nbgrader_engine.sanitizing import Sanitize
from grader.nbgrader_engine.warm import chapter_of


def configure(c: Any, course: Path) -> None:
    """Puts this engine into nbgrader's configuration.

    Args:
        c: nbgrader's configuration, from `get_config()`.
        course: a folder in the course, such as nbgrader's course directory.

    Raises:
        UsageError: there is no course.toml there or above.
    """
    root = courses.find_root(course)
    # nbgrader calls the alembic beside it by its bare name, which is found in an activated environment only
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    c.CoursePreprocessor.course = str(root)
    c.GenerateAssignment.preprocessors = [
        stock.IncludeHeaderFooter,
        stock.LockCells,
        ReleaseSkeleton,  # for ClearSolutions
        stock.ClearOutput,
        stock.CheckCellMetadata,
        stock.ComputeChecksums,
        stock.SaveCells,
        stock.ClearHiddenTests,
        stock.ClearMarkScheme,
        stock.ComputeChecksums,
        stock.CheckCellMetadata,
    ]
    c.Autograde.pre_convert_hook = functools.partial(put_in_order, course=root)
    c.Autograde.exporter_class = SubmissionExporter
    c.Autograde.sanitize_preprocessors = [
        Sanitize,  # added
        stock.ClearOutput,
        stock.DeduplicateIds,
        stock.OverwriteKernelspec,
        stock.OverwriteCells,
        stock.CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        GradeInSandbox,  # for Execute
        stock.IgnorePattern,
        ClearMetadataPreprocessor,
        stock.LimitOutput,
        stock.SaveAutoGrades,
        stock.AssignLatePenalties,
        stock.CheckCellMetadata,
    ]


def put_in_order(course: Path, assignment: str, student: str, notebooks: list[str]) -> None:
    """What nbgrader calls before it looks at a submission's files.

    Links are taken out of the folder, since nbgrader would copy what they point to into the feedback. A lone notebook
    under another name is graded as the chapter's: a copy of it gets the right name. Of several none is taken, but
    nbgrader goes on with the right name all the same: reading that fails, and so the student is told why.

    Args:
        course: the folder that holds course.toml.
        assignment: the chapter's id.
        student: whose it is, or a pattern for several; not looked at.
        notebooks: the submission's notebooks, all in one folder; nbgrader goes on with what is in this list.
    """
    folder = Path(notebooks[0]).parent
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(parent, name)
            if path.is_symlink() and path.suffix != ".ipynb":  # a notebook that is a link is refused when it is read
                path.unlink()
    with contextlib.suppress(GraderError):
        wanted = folder / f"{chapter_of(courses.load(course), assignment).module}.ipynb"
        if os.path.lexists(wanted):
            return
        if len(notebooks) == 1 and stat.S_ISREG(os.lstat(notebooks[0]).st_mode):
            shutil.copyfile(notebooks[0], wanted)
        notebooks[:] = [str(wanted)]
