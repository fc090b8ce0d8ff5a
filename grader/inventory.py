"""Which files a course may consist of: what nobody asked for would be handed out, or shipped unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.model import Course

PUBLIC = (
    "lesson.md chapter.toml given.py cases.py probes.py test_public.py hints.md"
    " expected/released.json expected/recorded.json expected/fresh.json"
).split()
PRIVATE = ("test_hidden.py", "equivalents.toml", "redundant.toml")
_LEFTOVERS = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache"}


def unexpected(course: Course) -> Iterator[Path]:
    """The files under `exercises/` and `solutions/` that do not belong there, relative to the course's root."""
    public = {course.runtime, course.translated, course.exercises / "README.md"}
    private = set()
    for chapter in course.chapters:
        names = (*PUBLIC, f"{chapter.module}.py", f"{chapter.module}.ipynb")
        public |= {chapter.exercises / name for name in names}
        if chapter.solutions is not None:
            private |= {chapter.solutions / name for name in (f"{chapter.module}.py", *PRIVATE)}
            for folder in ("mutants", "alternates"):
                private |= set((chapter.solutions / folder).glob("*.py"))
    for path in _files(course.exercises):
        if path.is_symlink() or (path not in public and course.exercises / "data" not in path.parents):
            yield path.relative_to(course.root)
    if course.solutions is not None:
        private |= {course.solutions / name for name in (".secret", "README.md")}
        for path in _files(course.solutions):
            if path.is_symlink() or path not in private:
                yield path.relative_to(course.root)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if path.name not in _LEFTOVERS:
                yield from _files(path)
        else:
            yield path
