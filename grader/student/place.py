"""Where a user's warm servers are: a private folder, and one name for each thing that a server is warm for.

Imports nothing slow: the client that a student waits for begins here.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import stat
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.model import Course

ENGINE = Path(__file__).parent.parent
HANDED_ON = ("GRADER_SPAWN", "PYTHONPATH", "CUDA_VISIBLE_DEVICES")
LONGEST = 100  # bytes of a socket's path; the system takes 108, or 104
PUBLIC = ("chapter.toml", "cases.py", "probes.py", "given.py", "test_public.py", "hints.md")


class NoPlace(Exception):
    """There is no private folder for sockets here; the text says why."""


def folder() -> Path:
    """The user's own folder for sockets, made at first use, mode 0700.

    Raises:
        NoPlace: the system has no such sockets, or the folder is not the user's alone.
    """
    if not hasattr(socket, "AF_UNIX") or not hasattr(os, "geteuid"):
        raise NoPlace("this system has no private sockets")
    user = os.geteuid()
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and os.path.isabs(given) and _is_private(Path(given), user):
        place = Path(given) / "grader"
    else:
        place = Path(tempfile.gettempdir()) / f"grader-{user}"
    try:
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
    except OSError as error:
        raise NoPlace(f"{place} cannot be made: {error.strerror}") from None
    if not _is_private(place, user):
        raise NoPlace(f"{place} is not a folder of yours alone; remove it, or close it with: chmod 700")
    if len(os.fsencode(place)) + 40 > LONGEST:
        raise NoPlace(f"{place} has too long a name for a socket")
    return place


def _is_private(place: Path, user: int) -> bool:
    """Whether it is a folder, no link, that nobody but the user can enter."""
    try:
        status = os.lstat(place)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == user and not status.st_mode & 0o077


def is_own_socket(path: Path) -> bool:
    """Whether there is a socket of the user's own, closed to others."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at that path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except OSError:
        return False


def peer(connection: socket.socket) -> tuple[int, int]:
    """User and process at the other end, as the kernel says; -1 for what it does not say."""
    if hasattr(socket, "SO_PEERCRED"):
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        process, user, _ = struct.unpack("3i", credentials)
        return user, process
    told = connection.getsockopt(0, 1, 256)  # SOL_LOCAL, LOCAL_PEERCRED of macOS: struct xucred
    return struct.unpack_from("=II", told)[1], -1


def name(root: Path, device: str, sandbox: str, seed: int | None, image: str = "") -> str:
    """One server's name: another course, engine, environment, device, sandbox, seed or image is another server.

    So are other environment variables that a worker would do something else with.
    """
    given = sorted(f"{key}={value}" for key, value in os.environ.items() if key in HANDED_ON or key.startswith("TF_"))
    words = (str(root.resolve()), engine(), environment(), *given, device, sandbox, str(seed), image)
    return hashlib.sha256("\n".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def engine() -> str:
    """A digest of the engine's files."""
    total = hashlib.sha256()
    for path in sorted(_files(ENGINE)):
        data = Path(path).read_bytes()
        total.update(f"{os.path.relpath(path, ENGINE)}:{len(data)}:".encode() + data)
    return total.hexdigest()


def environment() -> str:
    """What tells one Python environment from another, and from itself after an installation."""
    packages = sysconfig.get_path("purelib")
    words = [sys.version, sys.prefix, sys.executable, packages]
    for path in (packages, os.path.join(sys.prefix, "lock.txt"), os.path.join(sys.prefix, "pyvenv.cfg")):
        with contextlib.suppress(OSError):
            words.append(str(os.stat(path).st_mtime_ns))
    return "\n".join(words)


def files(course: Course) -> str:
    """A digest of when the engine's and the course's files were changed; what students write is left out."""
    found = [str(course.root / "course.toml"), str(course.runtime), *_files(ENGINE)]
    for chapter in course.chapters:
        found += [str(chapter.exercises / name) for name in PUBLIC]
        found += map(str, (chapter.exercises / "expected").glob("*.json"))
    if course.translated is not None:
        found.append(str(course.translated))
    if course.solutions is not None:
        found += _files(course.solutions)
    total = hashlib.sha256()
    for path in sorted(found):
        with contextlib.suppress(OSError):
            status = os.stat(path)
            total.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _files(top: Path) -> Iterator[str]:
    """The files of code and settings in a folder, without caches; no Path, which takes longer than to look."""
    for where, folders, names in os.walk(top):
        folders[:] = [each for each in folders if not each.startswith(".") and each != "__pycache__"]
        for each in names:
            if not each.startswith(".") and each.endswith((".py", ".toml", ".ini", ".j2")):
                yield os.path.join(where, each)
