"""Reads a course: `course.toml` at its root and a `chapter.toml` in each chapter's public folder."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from .errors import AuthorError, UsageError
from .model import Chapter, Course, Limits, Picture, Task, Variant
from .translations import read as read_translations

COURSE_FILE = "course.toml"
CHAPTER_FILE = "chapter.toml"

_CHAPTER_ID = re.compile(r"ch[0-9]+_[a-z0-9_]+")
_TASK_ID = re.compile(r"[a-z][a-z0-9_]*")
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_IMAGE = re.compile(r"[A-Za-z0-9][\w.:/@-]*")  # and so never an option
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$?\.?(?P<where>.*)`)?$", re.DOTALL)


class AuditNumbers(Struct, frozen=True, forbid_unknown_fields=True):
    """How much proof the audit asks for: the table `[audit]` of `course.toml` or `chapter.toml`."""

    mutants: int = 6  # a task, at least
    alternates: int = 3  # a chapter, at least: each is a whole module, so it counts for every task
    points: float | None = None  # that the tasks of a chapter add up to, if all chapters weigh the same


class StudentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for a student's own copy: the table `[student]` of `course.toml`."""

    hints_reach_instructor: bool = False  # how many hints were taken stands in progress.toml, and students are told


class _CourseFile(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    runtime: str
    chapters: tuple[str, ...]
    preload: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    exercises: str = "exercises"
    solutions: str = "solutions"
    exceptions: tuple[str, ...] = ()
    translations: str = ""  # a file of them
    environment: dict[str, str] = {}
    threads: int = 1
    min_probe_seconds: float = 20.0  # no chapter may allow less: TensorFlow needs 20
    limits: Limits = Limits()  # of every chapter that does not set its own
    audit: AuditNumbers = AuditNumbers()
    images: dict[str, str] = {}
    student: StudentSettings = StudentSettings()
    variants: tuple[Variant, ...] = ()


class _ChapterFile(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    module: str
    tasks: tuple[Task, ...]
    forbidden: tuple[str, ...] = ()
    limits: Limits = Limits()
    audit: AuditNumbers | None = None  # in place of the course's
    pictures: dict[str, Picture] = {}


_T = TypeVar("_T", _CourseFile, _ChapterFile)


def is_task_id(name: str) -> bool:
    """Whether a task may be called that."""
    return bool(_TASK_ID.fullmatch(name))


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a `course.toml`.

    Raises:
        UsageError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return folder
    raise UsageError(f"no {COURSE_FILE} in {start} or above it: run this inside a course, or name one with --course")


def load(root: Path) -> Course:
    """The course at `root`, every field checked.

    Raises:
        UsageError: there is no course there.
        AuthorError: a file of the course is wrong; the text names the file and the key.
    """
    root = root.resolve()
    path = root / COURSE_FILE
    if not path.is_file():
        raise UsageError(f"{root} is not a course: it holds no {COURSE_FILE}")
    file = _read(path, _CourseFile)
    _line(path, "id", file.id)
    _line(path, "title", file.title)
    if not file.chapters:
        raise AuthorError(f"{path}: chapters: a course has at least one")
    _unique(path, "chapters", file.chapters)
    for chapter in file.chapters:
        if not _CHAPTER_ID.fullmatch(chapter):
            raise AuthorError(f'{path}: chapters: "{chapter}" is not of the form "ch4_topic"')
    _unique(path, "chapters", tuple(chapter.split("_")[0] for chapter in file.chapters))
    for key, names in (("preload", file.preload), ("versions", file.versions)):
        _unique(path, key, names)
    _limits(path, file.limits, file.min_probe_seconds)
    for name in file.preload:
        if not _DOTTED.fullmatch(name):
            raise AuthorError(f'{path}: preload: "{name}" is not the name of a module')
    for device, image in file.images.items():
        if device not in ("cpu", "cuda") or not _IMAGE.fullmatch(image):
            raise AuthorError(f'{path}: images: {device} = "{image}" is not the name of an image for cpu or cuda')
    _variants(path, file.variants)
    exercises = _inside(root, path, "exercises", file.exercises)
    runtime = _inside(root, path, "runtime", file.runtime)
    if not runtime.is_file():
        raise AuthorError(f"{path}: runtime: there is no file {file.runtime}")
    translated = _inside(root, path, "translations", file.translations) if file.translations else None
    solutions = _inside(root, path, "solutions", file.solutions)
    private = solutions if solutions.is_dir() else None
    return Course(
        id=file.id,
        title=file.title,
        root=root,
        exercises=exercises,
        solutions=private,
        runtime=runtime,
        preload=file.preload,
        versions=file.versions,
        exceptions=file.exceptions,
        environment=file.environment,
        threads=file.threads,
        images=file.images,
        variants=file.variants,
        translations=read_translations(translated) if translated is not None else (),
        translated=translated,
        chapters=tuple(_chapter(exercises, private, name, file) for name in file.chapters),
    )


def find_chapter(course: Course, name: str) -> Chapter:
    """The chapter of that name.

    Raises:
        UsageError: there is none.
    """
    try:
        return course.chapter(name)
    except KeyError:
        known = ", ".join(chapter.key for chapter in course.chapters)
        raise UsageError(f"there is no chapter {name!r} yet; there is {known}") from None


def task_id(chapter: Chapter, name: str | None) -> str | None:
    """The id of the task called so, in large or small letters; None for none.

    Raises:
        UsageError: the chapter has no such task.
    """
    ids = [each.id for each in chapter.tasks]
    if name is None or name.lower() in ids:
        return name and name.lower()
    import difflib

    alike = difflib.get_close_matches(name.lower(), ids, 1)
    meant = f"; did you mean {alike[0]}?" if alike else ""
    raise UsageError(f"{chapter.key} has no task {name!r}{meant}; it has {', '.join(ids)}")


def audit_numbers(course: Course, chapter: Chapter) -> AuditNumbers:
    """What the chapter's own table `[audit]` asks for, else the course's."""
    own = _read(chapter.exercises / CHAPTER_FILE, _ChapterFile).audit
    return own or _read(course.root / COURSE_FILE, _CourseFile).audit


def student_settings(course: Course) -> StudentSettings:
    """What the course's table `[student]` says."""
    return _read(course.root / COURSE_FILE, _CourseFile).student


def _chapter(exercises: Path, solutions: Path | None, name: str, course: _CourseFile) -> Chapter:
    folder = exercises / name
    path = folder / CHAPTER_FILE
    if not path.is_file():
        raise AuthorError(f"{folder}: there is no {CHAPTER_FILE}, though {COURSE_FILE} lists this chapter")
    file = _read(path, _ChapterFile, course.limits)
    min_seconds = course.min_probe_seconds
    _line(path, "title", file.title)
    if not file.module.isidentifier():
        raise AuthorError(f'{path}: module: "{file.module}" is not the name of a module')
    if file.module in {"given", "cases", "probes", "runtime", "test_public", "test_hidden"}:
        raise AuthorError(f'{path}: module: "{file.module}" is the name of another file of the chapter')
    if not file.tasks:
        raise AuthorError(f"{path}: tasks: a chapter has at least one")
    _names(path, "forbidden", file.forbidden)
    _limits(path, file.limits, min_seconds)
    _tasks(path, file.tasks, min_seconds)
    for probe, picture in file.pictures.items():
        if not probe.isidentifier() or not picture.y or (picture.kind != "losses" and not picture.x):
            raise AuthorError(f"{path}: pictures: {probe}: a probe's name, y, and x but for losses are wanted")
    private = solutions / name if solutions is not None else None
    return Chapter(
        id=name,
        title=file.title,
        module=file.module,
        tasks=file.tasks,
        forbidden=file.forbidden,
        limits=file.limits,
        exercises=folder,
        solutions=private if private is not None and private.is_dir() else None,
        pictures=file.pictures,
    )


def _tasks(path: Path, tasks: tuple[Task, ...], min_seconds: float) -> None:
    _unique(path, "tasks: id", tuple(task.id for task in tasks))
    every = {task.id for task in tasks}
    earlier: set[str] = set()
    for task in tasks:
        where = f"task {task.id}"
        if not _TASK_ID.fullmatch(task.id):
            raise AuthorError(f'{path}: tasks: id: "{task.id}" is not of lower-case letters, digits and _')
        _line(path, f"{where}: title", task.title)
        for key, words in (("section", task.section), ("style", task.style), ("builtin", task.builtin)):
            if words:
                _line(path, f"{where}: {key}", words)
        if not (math.isfinite(task.points) and task.points > 0):
            raise AuthorError(f"{path}: {where}: points: {task.points} is not a positive number")
        if task.minutes <= 0:
            raise AuthorError(f"{path}: {where}: minutes: {task.minutes} is not positive")
        if not task.names:
            raise AuthorError(f"{path}: {where}: names: a task defines at least one name")
        _unique(path, f"{where}: names", task.names)
        for name in task.names:
            if not name.isidentifier():
                raise AuthorError(f'{path}: {where}: names: "{name}" is not a name of Python')
        _names(path, f"{where}: forbidden", task.forbidden)
        _unique(path, f"{where}: needs", task.needs)
        for need in task.needs:
            if need not in every:
                raise AuthorError(f'{path}: {where}: needs: there is no task "{need}"')
            if need == task.id:
                raise AuthorError(f"{path}: {where}: needs: a task cannot need itself")
            if need not in earlier:  # which rules out circles as well
                raise AuthorError(f'{path}: {where}: needs: "{need}" comes later; a task needs only earlier ones')
        if task.time_limit is not None and not task.time_limit >= min_seconds:
            raise AuthorError(f"{path}: {where}: time_limit: at least {min_seconds:g} seconds")
        earlier.add(task.id)


def _variants(path: Path, variants: tuple[Variant, ...]) -> None:
    _unique(path, "variants: name", tuple(variant.name for variant in variants))
    for variant in variants:
        _line(path, "variants: name", variant.name)
        if variant.threads is not None and variant.threads < 1:
            raise AuthorError(f"{path}: variants: {variant.name}: threads: at least 1, not {variant.threads}")


def _limits(path: Path, limits: Limits, min_seconds: float) -> None:
    for key, value in msgspec.structs.asdict(limits).items():
        if not (math.isfinite(value) and value > 0):
            raise AuthorError(f"{path}: limits: {key}: {value} is not a positive number")
    if limits.probe_seconds < min_seconds:
        raise AuthorError(f"{path}: limits: probe_seconds: at least {min_seconds:g}, not {limits.probe_seconds:g}")


def _read(path: Path, shape: type[_T], limits: Limits | None = None) -> _T:
    """A TOML file as a record of that shape; what is wrong is one line. `limits` stand where it has none."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise AuthorError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AuthorError(f"{path}: byte {error.start} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{path}: not TOML: {error}") from error
    own = table.get("limits", {})
    if limits is not None and isinstance(own, dict):
        table["limits"] = {**msgspec.structs.asdict(limits), **own}
    try:
        return msgspec.convert(table, shape)
    except msgspec.ValidationError as error:
        raise AuthorError(f"{path}: {_words(str(error), table)}") from error


def _words(text: str, table: dict[str, Any]) -> str:
    """msgspec's complaint, the key first and a task by its id: "task adam: points: expected `float`"."""
    match = _WHERE.match(text)
    what, where = (match["what"], match["where"]) if match else (text, None)
    what = what[:1].lower() + what[1:]
    if not where:
        return what
    number = re.match(r"tasks\[(\d+)\]\.?", where)
    if number:
        task = table["tasks"][int(number[1])]
        name = task.get("id", f"number {int(number[1]) + 1}") if isinstance(task, dict) else f"number {number[1]}"
        rest = where[number.end() :]
        return f"task {name}: {rest}: {what}" if rest else f"task {name}: {what}"
    return f"{where.replace('.', ': ')}: {what}"


def _line(path: Path, key: str, text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise AuthorError(f"{path}: {key}: one line of text is wanted")


def _names(path: Path, key: str, names: tuple[str, ...]) -> None:
    _unique(path, key, names)
    for name in names:
        if not _DOTTED.fullmatch(name.removesuffix(".*")):
            raise AuthorError(f'{path}: {key}: "{name}" is not a dotted name')


def _unique(path: Path, key: str, names: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise AuthorError(f'{path}: {key}: "{name}" is there twice')
        seen.add(name)


def _inside(root: Path, path: Path, key: str, name: str) -> Path:
    """A path of the course, which must lie below its root."""
    target = (root / name).resolve()
    if Path(name).is_absolute() or target == root or root not in target.parents:
        raise AuthorError(f'{path}: {key}: "{name}" is not a path below the course')
    return target
