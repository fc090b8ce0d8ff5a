"""The grader that a process keeps warm: one for all submissions of an `autograde` command, or of a formgrader."""

from __future__ import annotations

import atexit
import threading
from pathlib import Path

from msgspec import Struct
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Unicode

from grader import course as courses
from grader.errors import UsageError
from grader.grade import Grader, suite_files
from grader.model import Chapter, Course, Report, Snapshot

_Stamp = tuple[tuple[str, int, int], ...]
_Key = tuple[Path, str, str]


class CoursePreprocessor(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """A preprocessor that knows the course. Options set for this class hold for all that derive from it."""

    course = Unicode(
        "", help="The folder that holds course.toml; by default the nearest one at or above the course directory"
    ).tag(config=True)
    sandbox = Enum(("auto", "bwrap", "docker"), default_value="auto", help="How student code is confined").tag(
        config=True
    )
    device = Enum(("cpu", "cuda"), default_value="cpu", help="What student code runs on").tag(config=True)

    def root(self) -> Path:
        """The folder that holds course.toml.

        Raises:
            UsageError: there is none.
        """
        return courses.find_root(Path(self.course) if self.course else Path.cwd())

    def chapter(self, assignment: str) -> Chapter:
        """The chapter that an assignment is called after.

        Raises:
            UsageError: there is none.
        """
        return chapter_of(courses.load(self.root()), assignment)


def chapter_of(course: Course, assignment: str) -> Chapter:
    """The chapter that an assignment is called after.

    Raises:
        UsageError: there is none.
    """
    for chapter in course.chapters:
        if chapter.id == assignment:
            return chapter
    known = ", ".join(chapter.id for chapter in course.chapters)
    raise UsageError(f"assignment {assignment!r} is not called after a chapter; there is {known}")


class _Warm(Struct):
    grader: Grader
    stamp: _Stamp


_warm: dict[_Key, _Warm] = {}
_lock = threading.Lock()  # one submission at a time, and pytest runs in this process


def grade(root: Path, sandbox: str, device: str, assignment: str, work: Snapshot, student: str) -> Report:
    """Grades a submission with the grader that is warm; a new one where the course's files have changed.

    Args:
        root: the folder that holds course.toml.
        sandbox: "auto", "bwrap" or "docker".
        device: "cpu" or "cuda".
        assignment: the chapter's id.
        work: the submission.
        student: whose it is.

    Raises:
        UsageError: there is no such chapter.
        InfrastructureError: no worker comes up.
        AuthorError: the course's own files are at fault.
    """
    with _lock:
        key = (root.resolve(), sandbox, device)
        kept = _warm.get(key)
        if kept is None or _stamp(kept.grader.course) != kept.stamp:
            if kept is not None:
                kept.grader.close()
                del _warm[key]
            course = courses.load(root)
            kept = _warm[key] = _Warm(Grader(course, sandbox, device), _stamp(course))
        grader = kept.grader
        return grader.grade(chapter_of(grader.course, assignment), work, student)


@atexit.register
def close() -> None:
    """Ends the warm workers; the next submission starts new ones."""
    while _warm:
        _warm.popitem()[1].grader.close()


def _stamp(course: Course) -> _Stamp:
    """What changes when a file changes that a verdict depends on."""
    files = {course.root / "course.toml", course.runtime}
    if course.translated is not None:
        files.add(course.translated)
    for chapter in course.chapters:
        files |= {chapter.exercises / "chapter.toml", chapter.exercises / "hints.md"}
        files |= set(suite_files(chapter, course))
    found = []
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)
