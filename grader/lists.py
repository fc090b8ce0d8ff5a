"""Lists that a chapter keeps of what is known and accepted: a TOML file with one table an entry, each with a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from grader.errors import AuthorError


class Entry(Protocol):
    """What each entry has."""

    @property
    def key(self) -> str:
        """What it is about."""

    @property
    def reason(self) -> str:
        """Why it is accepted, in one line."""


_E = TypeVar("_E", bound=Entry)


def read(path: Path, name: str, shape: type[_E]) -> dict[str, _E]:
    """The entries of the list at `path`, tables called `name`, by what they are about; none without a file.

    Raises:
        AuthorError: the list cannot be read, names one twice, or gives no reason.
    """
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        listed = {key: msgspec.convert(part, list[Any]) for key, part in table.items()}
        entries = [msgspec.convert(part, shape) for part in listed.get(name, ())]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AuthorError(f"{path}: {error}") from error
    for other in listed.keys() - {name}:
        raise AuthorError(f"{path}: only [[{name}]] may stand here, not {other}")
    found: dict[str, _E] = {}
    for entry in entries:
        if entry.key in found:
            raise AuthorError(f"{path}: {entry.key!r} is there twice")
        if not entry.reason.strip():
            raise AuthorError(f"{path}: {entry.key!r} has no reason")
        found[entry.key] = entry
    return found
