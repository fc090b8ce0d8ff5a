"""`roster.csv`: who is in the class, and which submission is whose."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.classroom import tables
from grader.classroom.shelf import Shelf
from grader.errors import UsageError
from grader.reports import text
from grader.reports.standing import Student

COLUMNS = {
    "id": ("student", "student id", "sis user id", "id number", "username", "user", "sis login id"),
    "name": ("full name", "student name"),
    "email": ("email address", "e-mail", "mail"),
    "group": ("team",),
    "section": ("sections", "class"),
    "extension": ("extension days", "days", "extra days"),
    "also": ("github username", "login", "canvas id", "moodle id", "other names"),
}


class Roster:
    """The students of a class, found by id, address, name, or what a platform made of the name.

    Its `students` are there by id.

    Args:
        students: with ids that differ.
        also: a student's id -> further names that submissions come under.
    """

    def __init__(self, students: Iterable[Student], also: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.students: Shelf[Student] = Shelf()
        self._groups: dict[str, list[str]] = {}
        # surer ways first: a name that one student has by id is not another's by nickname; no id where several have it
        self._ways: tuple[Shelf[str], ...] = (Shelf(), Shelf(), Shelf())
        for student in students:
            self.students[student.id] = student
            self._add(0, student, student.id, student.email, *(also or {}).get(student.id, ()))
            self._add(1, student, student.email.partition("@")[0], student.name)
            self._add(2, student, *_squashed(student.name))
            if student.group:
                self._groups.setdefault(_key(student.group), []).append(student.id)

    def find(self, *names: str) -> list[Student]:
        """The student that one of these names means, or the members of the group; empty where it is unclear."""
        keys = [_key(name) for name in names if name]
        for way in self._ways:
            for key in keys:
                if student := way.get(key):
                    return [self.students[student]]
        members = next((self._groups[key] for key in keys if key in self._groups), [])
        return [self.students[member] for member in sorted(members)]

    def _add(self, way: int, student: Student, *names: str) -> None:
        for key in {_key(name) for name in names} - {""}:
            self._ways[way][key] = "" if key in self._ways[way] else student.id


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file: `id`, and any of `name, email, group, section, extension days, also`.

    Raises:
        UsageError: no such table, a row without an id, an id twice.
    """
    students: list[Student] = []
    also: dict[str, tuple[str, ...]] = {}
    seen: dict[str, int] = {}
    shown = text.line(str(path), 120)
    for line, row in tables.rows(path, COLUMNS, ("id",)):
        student = text.identifier(row["id"])
        if not row["id"]:
            raise UsageError(f"{shown}, line {line}: there is no id")
        first = seen.setdefault(student.casefold(), line)
        if first != line:
            raise UsageError(f"{shown}: lines {first} and {line} have the same id")
        extension = row.get("extension", "")
        days = tables.number(extension, "the extension", path, line) if extension else 0.0
        name, email, group, section = (
            text.line(row.get(column, ""), 200) for column in ("name", "email", "group", "section")
        )
        students.append(Student(student, name, email, group, section, days))
        also[student] = (row["id"], *row.get("also", "").split())
    if not students:
        raise UsageError(f"{shown} names nobody: one student a line, below a line that names the columns")
    return Roster(students, also)


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _squashed(name: str) -> tuple[str, ...]:
    """The name as Canvas puts it into a file's name: family name first, nothing but letters and digits."""
    words = name.replace(",", " ").split()
    if len(words) < 2:
        return tuple(words)
    orders = {"".join(words), "".join([words[-1], *words[:-1]]), "".join([*words[1:], words[0]])}
    squashed = ("".join(filter(str.isalnum, order)) for order in sorted(orders))
    plain = [unicodedata.normalize("NFD", order) for order in sorted(orders)]
    return (*squashed, *("".join(filter(str.isalnum, order)) for order in plain))
