"""What a student's repository takes of the course's Makefile, pyproject.toml and course.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

from grader.errors import AuthorError

SECTIONS = ("For students", "Housekeeping")  # of the Makefile
_TABLES = re.compile(r"build-system|project(\..*)?|tool\.setuptools(\..*)?")


def makefile(text: str, keys: Sequence[str]) -> str:
    """The Makefile without the sections that are not for students, its tests those of the chapters.

    Args:
        text: the course's.
        keys: the chapters' short names, in order.

    Raises:
        AuthorError: it has no section for students, or no line that names the tests.
    """
    head, *rest = re.split(r"^(?=##@ )", text, flags=re.MULTILINE)
    sections = {part.split("\n")[0].removeprefix("##@ ").strip(): part for part in rest}
    if not set(SECTIONS) <= set(sections):
        raise AuthorError(f"Makefile: the sections {' and '.join(SECTIONS)} are wanted for the student's one")
    names = " ".join(f"test-{key}" for key in keys)
    head, count = re.subn(r"^TESTS := .*$", f"TESTS := {names}", head, flags=re.MULTILINE)
    if count != 1:
        raise AuthorError("Makefile: one line TESTS := ... is wanted before the sections")
    return "".join([head, _documented(sections[SECTIONS[0]], keys), *(sections[name] for name in SECTIONS[1:])])


def _documented(section: str, keys: Sequence[str]) -> str:
    """The lines that `make` shows, about chapters that are there."""
    shown = "ch4" if "ch4" in keys else keys[-1]

    def mend(match: re.Match[str]) -> str:
        line = re.sub(r", or IMAGE=[^;)]*", "", match[0])  # what makes and starts the images is not released
        line = re.sub(r"\bch4\b", shown, line)
        line = re.sub(r"\bchapter 4\b", f"chapter {shown.removeprefix('ch')}", line)
        if len(keys) == 1:
            return re.sub(r";? likewise [\w-]+ to [\w-]+", "", line)
        return re.sub(r"\blikewise (\w+)-ch\d+ to \w+-ch\d+", rf"likewise \1-{keys[0]} to \1-{keys[-1]}", line)

    return re.sub(r"^## .*$|(?<= )## .*$", mend, section, flags=re.MULTILINE)


def pyproject(text: str) -> str:
    """What is needed to install the engine: no tools of the authors'."""
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    kept = [part for part in tables if _TABLES.fullmatch(part.split("]")[0].strip("[ "))]
    result = "".join(kept).rstrip() + "\n"
    tomllib.loads(result)
    return result


def course_file(text: str, chapters: Sequence[str]) -> str:
    """`course.toml` with these chapters only, and without what the audit asks for.

    Raises:
        AuthorError: its list of chapters cannot be found.
    """
    listed = "chapters = [" + ", ".join(f'"{name}"' for name in chapters) + "]"
    result, count = re.subn(r"^chapters\s*=\s*\[[^\]]*\]", listed, text, flags=re.MULTILINE)
    result = re.sub(r"^\[audit\]\n(?:(?!\[).*\n?)*", "", result, flags=re.MULTILINE)
    if count != 1 or tomllib.loads(result).get("chapters") != list(chapters):
        raise AuthorError("course.toml: the list of chapters cannot be found in it")
    return result
