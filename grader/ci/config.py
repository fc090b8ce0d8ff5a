"""What an instructor sets: `grading.toml` and the roster beside it."""

from __future__ import annotations

import datetime
import re
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.classroom import tables
from grader.classroom.roster import COLUMNS
from grader.errors import UsageError
from grader.reports.text import identifier, line

Moment = datetime.datetime
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_ADDRESS = re.compile(r"(https|ssh|file)://[^\s\x00-\x1f]+")
_COLUMNS = {**COLUMNS, "repository": (), "github": ()}  # one roster serves both ways of grading


class Assignment(Struct, frozen=True, forbid_unknown_fields=True):
    """One chapter as a piece of work with a deadline."""

    deadline: Moment
    opens: Moment | None = None
    attempts: int | None = None  # gradings before the deadline; None: as many as there are pushes
    hours_between: float = 0.0  # from one grading to the next
    classroom: int | None = None  # the number of a GitHub Classroom assignment, in place of the roster's repositories


class Grading(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `grading.toml`."""

    assignments: dict[str, Assignment]  # by a chapter's short name
    roster: str = "roster.csv"  # beside this file
    per_runner: int = 40  # submissions that one runner grades
    keep: str = "last"  # or "best": which grading the gradebook shows


class Student(Struct, frozen=True):
    """A row of the roster."""

    id: str
    repository: str  # OWNER/NAME on the hosting service, or an address; empty: none yet
    extension: datetime.timedelta = datetime.timedelta(0)
    login: str = ""


def read_grading(path: Path) -> Grading:
    """The instructor's settings.

    Raises:
        UsageError: the file is not there or wrong; the text names the key.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        grading = msgspec.convert(table, Grading)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: {line(str(error), 300)}; instructor/github.md says what belongs in it") from error
    for name, one in grading.assignments.items():
        for moment in (one.deadline, one.opens):
            if moment is not None and moment.tzinfo is None:
                raise UsageError(f"{path}: {name}: write times with their zone, such as 2027-01-31T23:59:59+01:00")
        if (one.attempts is not None and one.attempts < 1) or one.hours_between < 0:
            raise UsageError(f"{path}: {name}: attempts is at least 1, hours_between at least 0")
    if grading.per_runner < 1 or grading.keep not in ("last", "best"):
        raise UsageError(f'{path}: per_runner is at least 1, keep is "last" or "best"')
    return grading


def read_roster(path: Path) -> list[Student]:
    """The class: columns `id`, `repository`, and where they are there `extension` (or `extension days`) and `github`.

    Raises:
        UsageError: it cannot be read, or two rows have one id. No name is repeated, since logs may be public.
    """
    students: dict[str, Student] = {}
    for number, row in tables.rows(path, _COLUMNS, ("id",)):
        name = row["id"]
        if not name:
            raise UsageError(f"{path}:{number}: no id")
        if name.casefold() in students:
            raise UsageError(f"{path}:{number}: an id that is there already")
        repository = row.get("repository", "")
        if repository and not (_SLUG.fullmatch(repository) or _ADDRESS.fullmatch(repository)):
            raise UsageError(f"{path}:{number}: repository: OWNER/NAME or an https address is wanted")
        try:
            days = tables.number(row.get("extension") or "0", "the extension", path, number)
        except UsageError as error:  # its words repeat the cell
            raise UsageError(f"{path}:{number}: extension: a number of days is wanted") from error
        extension = datetime.timedelta(days=days)
        students[name.casefold()] = Student(identifier(name), repository, extension, row.get("github", ""))
    if not students:
        raise UsageError(f"{path}: the roster wants a first line with the columns id, repository and a row a student")
    return list(students.values())


def slug(repository: str) -> str:
    """OWNER/NAME where the repository is named so; empty for an address."""
    return repository if _SLUG.fullmatch(repository) else ""


def address(repository: str, server: str) -> str:
    """What git fetches from."""
    return f"{server.rstrip('/')}/{repository}.git" if slug(repository) else repository
