"""What has been graded, under which conditions: a line a report, appended once the report is on the disk.

A report counts as done where its line has the same key and the report's own bytes are those that the line names.
Whatever a kill leaves behind, a line that is cut off or a report without one, is graded again.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.atomic import writing
from grader.classroom.shelf import Shelf


class Line(Struct, frozen=True, array_like=True):
    """One report: where it lies in the output folder, its key, the digest of its bytes."""

    place: str
    key: str
    digest: str


class Ledger:
    """The file `ledger.jsonl` of an output folder."""

    def __init__(self, out: Path) -> None:
        self._out, self._path = out, out / "ledger.jsonl"
        self._lines: Shelf[tuple[str, str]] = Shelf()
        self._torn = False
        self._read()

    def __contains__(self, place: str) -> bool:
        return place in self._lines

    def holds(self, place: str, key: str) -> bool:
        """Whether the report there is done under that key, and whole."""
        known = self._lines.get(place)
        if known is None or known[0] != key:
            return False
        try:
            return digest((self._out / place).read_bytes()) == known[1]
        except OSError:
            return False

    def key(self, place: str) -> str:
        """Under which key the report there was made; empty where it has none."""
        return self._lines.get(place, ("", ""))[0]

    def add(self, place: str, key: str, data: bytes) -> None:
        """Notes a report that has just been written."""
        self._lines[place] = key, digest(data)
        encoded = msgspec.json.encode(Line(place, key, digest(data))) + b"\n"
        if self._torn:  # what was cut off must not swallow this one
            encoded = b"\n" + encoded
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._torn = os.write(descriptor, encoded) != len(encoded)
            if self._torn:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        finally:
            os.close(descriptor)

    def settle(self) -> None:
        """Writes the file anew: a line a report, in their order."""
        with writing(self._path) as file:
            for place, known in self._lines.items():
                file.write(msgspec.json.encode(Line(place, *known)) + b"\n")

    def digests(self) -> str:
        """A name for all that is in it."""
        total = hashlib.sha256()
        for place, known in self._lines.items():
            total.update("\n".join((place, *known, "")).encode())
        return total.hexdigest()

    def _read(self) -> None:
        try:
            with open(self._path, "rb") as file:
                for raw in file:
                    self._torn = not raw.endswith(b"\n")
                    try:
                        line = msgspec.json.decode(raw, type=Line)
                    except msgspec.DecodeError:
                        continue
                    self._lines[line.place] = line.key, line.digest
        except FileNotFoundError:
            return


def digest(data: bytes) -> str:
    """The name of a report's bytes."""
    return hashlib.sha256(data).hexdigest()
