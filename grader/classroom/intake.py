"""How submissions arrive: a folder in one of the forms that learning platforms give it -> who handed in what, when."""

from __future__ import annotations

import datetime
import os
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from grader.classroom import names
from grader.classroom.names import Named
from grader.classroom.roster import Roster
from grader.classroom.shelf import Shelf
from grader.errors import UsageError
from grader.model import Chapter
from grader.reports import text
from grader.reports.standing import Student

MAX_ENTRIES = 50_000
TIMESTAMP = "timestamp.txt"  # nbgrader's


class Attempt(Struct, frozen=True):
    """One thing that was handed in."""

    path: Path
    moment: str = ""  # ISO, where the name says it
    platform: str = ""
    late: bool = False  # by the platform's word
    renamed: bool = False  # the file's name is the platform's, not the student's


class Entry(Struct, frozen=True):
    """A student and all attempts, the oldest first; none for who is on the roster alone."""

    student: Student
    attempts: tuple[Attempt, ...] = ()
    problem: str = ""  # why none of it can be graded


def take_in(
    folder: Path, chapter: Chapter, roster: Roster | None = None, assignment: str = "", out: Path | None = None
) -> Mapping[str, Entry]:
    """Everybody's submissions by the students' ids, in their order; they lie on the disk, however many they are.

    Args:
        folder: a folder, file or archive a student, called after the student; nbgrader's `submitted/`; clones of
            GitHub Classroom; Moodle's and Canvas' downloads, unpacked. README files, dotfiles and names that begin
            with two underscores are left out.
        chapter: what the file that counts is called after.
        roster: who is who; everybody on it gets an entry.
        assignment: the assignment's name on the platform: nbgrader's folder, the prefix of GitHub's clones.
        out: where the results go, which must lie elsewhere.

    Raises:
        UsageError: no such folder, nothing in it, too much, or two submissions of one student that are no attempts.
    """
    shown = text.line(os.fsdecode(folder), 200)
    try:
        if not folder.is_dir():
            raise UsageError(f"{shown} is not a folder of submissions: it holds a file, folder or archive a student")
        if out is not None and out.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"the results cannot go among the submissions: choose a --out outside {shown}")
        found: Shelf[bool] = Shelf()  # whether it is a folder
        with os.scandir(folder) as scan:
            for entry in scan:
                if not _left_out(entry.name):
                    found[entry.name] = entry.is_dir()
        if not found:
            raise UsageError(f"{shown} holds no submissions: it should hold a file, folder or archive a student")
        if len(found) > MAX_ENTRIES:
            raise UsageError(f"{shown} holds {len(found)} entries, more than {MAX_ENTRIES}")
        prefix = f"{assignment}-" if assignment else _clones(folder, found)
        return _entries(folder, found, chapter, roster, assignment, prefix)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error


def submitted(attempt: Attempt) -> datetime.datetime:
    """When it was handed in: by its name, by nbgrader's timestamp, else by the newest change of a file in it.

    Raises:
        OSError: it is not there.
    """
    if attempt.moment:
        return _zoned(datetime.datetime.fromisoformat(attempt.moment))
    path = attempt.path
    if path.is_dir():
        for folder in (path, *(child for child in sorted(path.iterdir()) if child.is_dir())):
            moment = _timestamp(folder / TIMESTAMP)
            if moment is not None:
                return moment
    newest = max((_changed(file) for file in _files(path)), default=path.lstat().st_mtime)
    return datetime.datetime.fromtimestamp(newest, datetime.UTC)


def _entries(
    folder: Path,
    found: Mapping[str, bool],
    chapter: Chapter,
    roster: Roster | None,
    assignment: str,
    prefix: str,
) -> Mapping[str, Entry]:
    """The names put together by student, with the roster's students that are missing."""
    gathered: Shelf[tuple[Student, list[tuple[str, Named]]]] = Shelf()
    for name, is_folder in found.items():
        named = names.understood(name, is_folder)
        if not named.counts:
            continue
        if prefix and is_folder and named.platform == "" and name.startswith(prefix) and name != prefix:
            named = Named("", name[len(prefix) :])
        for student in _students(named, roster):
            # two ids that differ by case alone would be one file on some systems
            first, mine = gathered.get(student.id.casefold(), (student, []))
            gathered[student.id.casefold()] = first, [*mine, (name, named)]
    entries: Shelf[Entry] = Shelf()
    for student, mine in gathered.values():
        entries[student.id] = _entry(folder, student, mine, chapter, assignment)
    for student in roster.students.values() if roster else ():
        if student.id.casefold() not in gathered:
            entries[student.id] = Entry(student)
    return entries


def _students(named: Named, roster: Roster | None) -> list[Student]:
    """Who handed it in; several where a group did."""
    given = f"{named.name}_{named.id}" if named.id else named.name
    known = roster.find(named.id, named.name, given) if roster else []
    if not known:
        shown_name = text.line(named.name, 200) if named.platform == "moodle" else ""
        known = [Student(text.identifier(given), shown_name, listed=roster is None)]
    return [_with_platform(student, named) for student in known]


def _with_platform(student: Student, named: Named) -> Student:
    fields = {name: getattr(student, name) for name in Student.__struct_fields__}
    return Student(**{**fields, "platform": named.id})


def _entry(folder: Path, student: Student, mine: list[tuple[str, Named]], chapter: Chapter, assignment: str) -> Entry:
    first, named = mine[0]
    if named.platform == "":
        if len(mine) > 1:
            both = " and ".join(text.line(name, 80) for name, _ in mine[:2])
            raise UsageError(
                f"{text.line(str(folder), 200)} holds two submissions of {student.id}: {both}; keep one,"
                " or put them into a folder of that name, as 1, 2 and so on"
            )
        return Entry(student, _own_attempts(folder / first, chapter, assignment))
    chosen = _wanted(mine, chapter)
    if len({named.file for _, named in chosen}) > 1:
        files = ", ".join(sorted(text.line(named.file, 60) for _, named in chosen)[:4])
        attempt = Attempt(folder / chosen[0][0], platform=named.platform)
        return Entry(student, (attempt,), f"several files were handed in, none called {chapter.module}: {files}")
    chosen.sort(key=lambda pair: (pair[1].attempt, pair[0]))
    attempts = (
        Attempt(folder / name, "", named.platform, named.late, renamed=bool(named.file)) for name, named in chosen
    )
    return Entry(student, tuple(attempts))


def _wanted(mine: list[tuple[str, Named]], chapter: Chapter) -> list[tuple[str, Named]]:
    """Of the files that a platform laid side by side, those that are the chapter's, else those that could hold it."""
    own = [pair for pair in mine if names.stem(pair[1].file, False) == chapter.module]
    likely = [pair for pair in mine if pair[1].file.lower().endswith(names.ENDINGS)]
    kinds = {names.stem(pair[1].file, False) for pair in own}
    return own if kinds else likely or mine


def _own_attempts(path: Path, chapter: Chapter, assignment: str) -> tuple[Attempt, ...]:
    """The attempts in a student's folder: nbgrader's assignment, folders by number or moment, or the whole."""
    if not path.is_dir() or path.is_symlink():
        return (Attempt(path),)
    try:
        inside = sorted(path.iterdir())
    except OSError:
        return (Attempt(path),)  # said when it is read
    folders = [child for child in inside if child.is_dir() and not child.name.startswith(".")]
    for name in (assignment, chapter.id, chapter.key):
        if name and path / name in folders:
            return (Attempt(path / name),)
    if any(child.name in (f"{chapter.module}.py", f"{chapter.module}.ipynb") for child in inside):
        return (Attempt(path),)
    known = [(found, child) for child in folders if (found := names.attempt_of(child.name)) is not None]
    if not known or len(known) < len(folders):
        return (Attempt(path),)
    return tuple(Attempt(child, moment) for (_, moment), child in sorted(known))


def _clones(folder: Path, found: Mapping[str, bool]) -> str:
    return names.common_prefix(
        name for name, is_folder in found.items() if is_folder and (folder / name / ".git").is_dir()
    )


def _left_out(name: str) -> bool:
    return name.startswith((".", "__")) or name.split(".")[0].upper() == "README"


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        yield path
        return
    seen = 0
    for top, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            seen += 1
            if seen > 2000:
                return
            if not name.startswith("."):
                yield Path(top) / name


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _timestamp(path: Path) -> datetime.datetime | None:
    """nbgrader's: `2015-02-02 15:58:23.948203 America/Los_Angeles`."""
    try:
        if path.is_symlink() or path.stat().st_size > 200:
            return None
        words = path.read_text("utf-8").split()
        moment = datetime.datetime.fromisoformat(" ".join(words[:2]))
        if len(words) > 2 and moment.tzinfo is None:
            moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(words[2]))
        return _zoned(moment)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _zoned(moment: datetime.datetime) -> datetime.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
