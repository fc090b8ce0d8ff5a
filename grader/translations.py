"""What the libraries' exceptions mean, in plain words: the course's own file, and how it is looked up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from .errors import AuthorError
from .model import Translation


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    exceptions: tuple[Translation, ...]


def read(path: Path) -> tuple[Translation, ...]:
    """The translations of a file.

    Raises:
        AuthorError: it is not there, or not of that form; the text names the file and the place.
    """
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
        found = msgspec.convert(table, _File).exceptions
    except OSError as error:
        raise AuthorError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise AuthorError(f"{path}: {error}") from error
    for number, each in enumerate(found, start=1):
        where = f"{path}: exceptions: number {number}"
        if not each.exception.isidentifier():
            raise AuthorError(f'{where}: "{each.exception}" is not the name of a class')
        if not each.means.strip() or not each.means.isprintable():
            raise AuthorError(f"{where}: means: one line of text is wanted")
        try:
            re.compile(each.says)
        except re.error as error:
            raise AuthorError(f"{where}: says: not a regular expression: {error}") from error
    return found


def meaning(translations: Sequence[Translation], exception: str, message: str) -> str:
    """What an exception means; empty where nobody has said.

    Args:
        translations: the first that fits counts.
        exception: the class's name; empty where it may not be told.
        message: its text; empty where it may not be told: only what holds for every text is looked at then.
    """
    for each in translations:
        if each.exception == exception and (not each.says or (message and re.search(each.says, message))):
            return each.means
    return ""
