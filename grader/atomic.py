"""Files that are there wholly or not at all, whatever happens while they are written."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def write_atomic(path: Path, data: bytes) -> None:
    """Writes `data` to `path`: a temporary file beside it, fsync, rename, fsync of the folder.

    An existing file is replaced; one that is a link is replaced itself, not what it points to. The mode is
    that of any new file.

    Raises:
        OSError: the folder is not there or not writable, or the disk is full; the old file is untouched.
    """
    with writing(path) as file:
        file.write(data)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """The same for what is written piece by piece: the file takes its place when the block ends well.

    Raises:
        OSError: as above; the old file is untouched.
    """
    # a short name: one made from the target's could be longer than the file system allows
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "nt":
        return  # a folder cannot be opened there
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
