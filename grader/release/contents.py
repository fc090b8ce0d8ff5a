"""The student repository: what students may have of a course, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2

import grader
from grader import inventory, render
from grader.assembly import read
from grader.errors import AuthorError
from grader.model import Chapter, Course
from grader.release import extract, privacy, update

TEMPLATES = "release"  # what only the student repository has, at the place where it goes; NAME.j2 is filled in
_LEFT_OUT = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def release(course: Course, chapters: Sequence[Chapter], out: Path) -> list[update.Change]:
    """Writes or updates the student repository.

    Args:
        course: the course, with its solutions.
        chapters: those to release.
        out: a new or empty folder, or a student repository of an earlier release.

    Returns:
        What changed; see `update.apply`.

    Raises:
        AuthorError: the course is not in order, or something private would be given away; nothing is written.
        UsageError: the folder holds something else.
    """
    files = contents(course, chapters)
    privacy.refuse_leaks(files, privacy.secrets_of(course))
    return update.apply(manifest(course, chapters, files), files, out)


def manifest(course: Course, chapters: Sequence[Chapter], files: dict[str, bytes]) -> update.Manifest:
    """What the release is."""
    return update.Manifest(
        course=course.id,
        title=course.title,
        version=grader.__version__,
        chapters=tuple(chapter.id for chapter in chapters),
        files={path: update.digest(data) for path, data in sorted(files.items())},
        work=tuple(work for chapter in chapters for work in _work(course, chapter)),
    )


def contents(course: Course, chapters: Sequence[Chapter]) -> dict[str, bytes]:
    """All files of the student repository: path -> content. Only what is named goes in.

    Raises:
        AuthorError: a file is missing, or a skeleton is not that of its solution.
    """
    root = course.root
    keys = [chapter.key for chapter in chapters]
    files = {
        "Makefile": extract.makefile(read(root / "Makefile"), keys).encode(),
        "pyproject.toml": extract.pyproject(read(root / "pyproject.toml")).encode(),
        "course.toml": extract.course_file(read(root / "course.toml"), [c.id for c in chapters]).encode(),
    }
    for path in _plain(course, chapters):
        files[path.relative_to(root).as_posix()] = _bytes(path)
    for chapter in chapters:
        for path, data in render.files(chapter).items():
            name = path.relative_to(root).as_posix()
            if _bytes(path) != data:
                raise AuthorError(f"{name} is not what the solution gives: run make render, then release again")
            if path.is_relative_to(chapter.exercises):  # the instructor's notebooks are made with the rest, and stay
                files[name] = data
    engine = Path(grader.__file__).parent
    for path in _below(engine):
        files[f"grader/{path.relative_to(engine).as_posix()}"] = _bytes(path)
    files |= _filled_in(course, chapters)
    return files


def _plain(course: Course, chapters: Sequence[Chapter]) -> Iterator[Path]:
    """The public files that go as they are."""
    yield from (course.root / "LICENSE", course.root / "requirements" / "student.txt", course.runtime)
    if course.translated is not None:
        yield course.translated
    for extra in (course.exercises / "README.md", course.root / "docker" / "seccomp.json"):  # compose.yaml needs it
        if extra.is_file():
            yield extra
    if (course.exercises / "data").is_dir():
        yield from _below(course.exercises / "data")
    for chapter in chapters:
        for name in inventory.PUBLIC:
            yield chapter.exercises / name


def _work(course: Course, chapter: Chapter) -> Iterator[str]:
    """The files that students write in."""
    for suffix in (".py", ".ipynb"):
        yield (chapter.exercises / f"{chapter.module}{suffix}").relative_to(course.root).as_posix()


def _filled_in(course: Course, chapters: Sequence[Chapter]) -> dict[str, bytes]:
    """The templates, the variable parts of them filled in."""
    folder = course.root / TEMPLATES
    # Markdown and YAML, made of the course's own words: nothing to escape
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    files = {}
    for path in _below(folder):
        name = path.relative_to(folder).as_posix()
        if f"{TEMPLATES}/{name}" == privacy.PUBLIC_LINES:
            continue
        if name.endswith(".j2"):
            try:
                text = environment.from_string(read(path)).render(course=course, chapters=chapters)
            except jinja2.TemplateError as error:
                raise AuthorError(f"{TEMPLATES}/{name}: {error}") from error
            files[name.removesuffix(".j2")] = text.encode()
        else:
            files[name] = _bytes(path)
    return files


def _below(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise AuthorError(f"{folder}: there is no such folder, and the release needs it")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not _LEFT_OUT & set(path.parts) and path.suffix != ".pyc":
            yield path


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AuthorError(f"{path}: the release needs it, and it cannot be read: {error.strerror}") from error
