"""What of a class of ten thousand memory need not hold: values by name, in a temporary file."""

from __future__ import annotations

import pickle
import sqlite3
import weakref
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

from grader.errors import InfrastructureError

_Value = TypeVar("_Value")

PAGE = 200  # names in memory at a time
CACHE = 64  # KiB; what is beyond it lies on the disk


class Shelf(MutableMapping[str, _Value]):
    """A mapping in the order of its names, which may change while somebody goes through it.

    It lies in a database without a name: nobody else can open it, and it is gone with the shelf. What comes out is a
    copy: to change a value, put it in again.

    Raises:
        InfrastructureError: there is no room for it.
    """

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        weakref.finalize(self, self._base.close)  # a connection is in a circle, which goes late
        self._length = 0
        self._ask(f"PRAGMA cache_size = -{CACHE}")
        self._ask("PRAGMA journal_mode = OFF")
        self._ask("CREATE TABLE shelf (name BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        self._ask("BEGIN")

    def __getitem__(self, name: str) -> _Value:
        found = self._ask("SELECT value FROM shelf WHERE name = ?", _key(name))
        if not found:
            raise KeyError(name)
        value: _Value = pickle.loads(found[0][0])  # noqa: S301 (this process put it there)
        return value

    def __setitem__(self, name: str, value: _Value) -> None:
        self._length += name not in self
        self._ask("INSERT OR REPLACE INTO shelf VALUES (?, ?)", _key(name), pickle.dumps(value))

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._ask("DELETE FROM shelf WHERE name = ?", _key(name))
        self._length -= 1

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._ask("SELECT 1 FROM shelf WHERE name = ?", _key(name)))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        start = b""
        while page := self._ask("SELECT name FROM shelf WHERE name >= ? ORDER BY name LIMIT ?", start, PAGE):
            yield from (name.decode("utf-8", "surrogatepass") for (name,) in page)
            start = page[-1][0] + b"\0"  # the least name behind the last one

    def _ask(self, statement: str, *values: bytes | int) -> list[Any]:
        try:
            return self._base.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            words = f"there is no room for a temporary file: {error}; make room, or name another place in SQLITE_TMPDIR"
            raise InfrastructureError(words) from error


def _key(name: str) -> bytes:
    """Ordered as Python orders texts; a file's name may hold what is no UTF-8."""
    return name.encode("utf-8", "surrogatepass")
