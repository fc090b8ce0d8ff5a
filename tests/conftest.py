"""Fixtures of the engine's own tests: the small NumPy course, graded in a real sandbox."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import render, seeds
from grader.course import load
from grader.errors import InfrastructureError
from grader.grade import Grader, as_snapshot
from grader.model import Chapter, Course, Snapshot
from grader.release import privacy
from grader.sandbox import Sandbox, choose

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and what it starts
REPOSITORY = Path(__file__).parent.parent
IMAGE = os.environ.get("TEST_IMAGE", "tensorflow-course:student-cpu")  # for the sandbox "docker"


def sandbox_or_skip(name: str) -> Sandbox:
    """The sandbox of that name; without an engine or its image a skip that says so, unless images are to be there."""
    try:
        return choose(name, IMAGE)
    except InfrastructureError as error:
        if name != "docker" or os.environ.get("TEST_IMAGE"):
            raise
        pytest.skip(str(error))


def numpy_course(root: Path) -> Course:
    """A copy of the NumPy course at `root`, with everything generated."""
    leave = shutil.ignore_patterns("build", ".secret", "__pycache__", "expected")
    shutil.copytree(REPOSITORY / "tests" / "numpy_course", root, ignore=leave)
    course = load(root)
    with Grader(course, "bwrap") as grader:
        for chapter in course.chapters:
            for path, data in {**render.files(chapter), **grader.recorded_values(chapter)}.items():
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
    return course


@pytest.fixture(scope="session")
def arrays_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of the NumPy course of its own, with everything generated."""
    return numpy_course(tmp_path_factory.mktemp("course") / "arrays")


def copy_course(course: Course, folder: Path) -> Path:
    """The course once more, below `folder`: the root of a copy that may be changed."""
    root = folder / "course"
    leave = shutil.ignore_patterns("build", "__pycache__", "progress.toml", ".grader")
    shutil.copytree(course.root, root, ignore=leave)
    return root


def with_nbgrader(course: Course, folder: Path) -> Path:
    """The same with this repository's configuration for nbgrader."""
    root = copy_course(course, folder)
    (root / "instructor").mkdir()
    shutil.copy(REPOSITORY / "instructor" / "nbgrader_config.py", root / "instructor")
    return root


@pytest.fixture
def root(arrays_course: Course, tmp_path: Path) -> Path:
    """The root of a copy of the NumPy course that a test may change."""
    return copy_course(arrays_course, tmp_path)


@pytest.fixture(scope="session")
def whole_course(arrays_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The NumPy course with what a repository has around it."""
    root = copy_course(arrays_course, tmp_path_factory.mktemp("whole"))
    shutil.copytree(REPOSITORY / "release", root / "release", ignore=shutil.ignore_patterns("public_lines.txt"))
    for name in ("Makefile", "pyproject.toml", "LICENSE", "requirements/student.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    (root / "exercises" / "ch1_arrays" / "lesson.md").write_text("# Arrays\n\nRead, then write.\n")
    # what this course's solution shares with its lessons and with the engine
    (root / privacy.PUBLIC_LINES).write_text("self.total = 0.0\nself.count = 0\n")
    course = load(root)
    seeds.secret(course)
    return course


@pytest.fixture(scope="session")
def arrays(arrays_course: Course) -> Chapter:
    """The NumPy course's chapter."""
    return arrays_course.chapters[0]


@pytest.fixture(scope="session")
def arrays_grader(arrays_course: Course) -> Iterator[Grader]:
    """A warm grader of the NumPy course under bubblewrap."""
    with Grader(arrays_course, "bwrap", seed=7) as grader:
        yield grader


@pytest.fixture(scope="session")
def edited(arrays: Chapter) -> Callable[..., Snapshot]:
    """The NumPy course's solution with pieces of text replaced: `edited(("old", "new"), ...)`."""
    source = render.solution(arrays)

    def edit(*changes: tuple[str, str], after: str = "") -> Snapshot:
        text = source
        for old, new in changes:
            assert old in text, f"{old!r} is not in the solution"
            text = text.replace(old, new)
        return as_snapshot(arrays, text + after)

    return edit
