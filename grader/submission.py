"""Takes a snapshot of a submission: one file of code, read once, whatever the path turns out to be.

Only regular files of the two allowed names are ever read. Links are not followed, every read is capped,
nothing is extracted or run, and whatever is wrong becomes one line for the student.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import functools
import hashlib
import io
import os
import re
import stat
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec

from . import archive, notebook
from .archive import show, size
from .errors import SubmissionError
from .model import Cell, Chapter, Limits, Snapshot

RELEASED = "expected/released.json"  # what the released files' digests are, in a chapter's public folder

_DEPTH = 3  # submitted/student/assignment/ is as deep as a file may lie
_MAX_ENTRIES = 5000  # looked at in a folder, all levels together
_MAX_FOLDERS = 200  # on one level: each is a descriptor
_SKIPPED = ("__pycache__", "__MACOSX")
# Windows has none of these, and reads text unless told otherwise
_FLAGS = ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_BINARY")
_OPEN = os.O_RDONLY | functools.reduce(lambda flags, name: flags | getattr(os, name, 0), _FLAGS, 0)
_BY_DESCRIPTOR = os.scandir in os.supports_fd and os.open in os.supports_dir_fd  # whether folders are held open
_CHUNK = 1 << 16
# Plain encodings of text. Python's others can take minutes for a few megabytes, or are no text at all.
_ENCODINGS = re.compile(
    r"utf-8(-sig)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|big5|euc_(jp|kr)|shift_jis"
)

_Found = dict[tuple[str, ...], bytes]


def snapshot(path: Path, chapter: Chapter) -> Snapshot:
    """The submission at `path`, as it is now.

    Args:
        path: a `.py` or `.ipynb` file, a folder that holds the chapter's, or a zip or tar of such a folder.
        chapter: says what the file is called, and how large it may be.

    Raises:
        SubmissionError: there is nothing to grade; one line says what is wrong, where, and what to do.
    """
    names = {suffix: f"{chapter.module}{suffix}" for suffix in (".py", ".ipynb")}
    wanted = frozenset(names.values())
    shown = show(path.name or str(path))
    try:
        found, own_name = _read(path, shown, wanted, chapter.limits)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SubmissionError(_words(error, shown)) from error
    if own_name:  # the file itself was named: it may be called as it likes
        name = names[Path(own_name).suffix.lower()]
        note = (f"{show(own_name)} was graded as {name}",) if own_name != name else ()
        return from_data(found[own_name,], name, note)
    choice = _shallowest(found, shown, wanted)
    if len(choice) == 2:
        untouched = sorted(name for name, data in choice.items() if is_untouched(data, name, chapter))
        if not untouched:
            raise SubmissionError(
                f"{shown}: {' and '.join(sorted(choice))} have both been changed: delete one, or name the one you mean"
            )
        del choice[untouched[0]]
    ((name, data),) = choice.items()
    return from_data(data, name)


def contents(path: Path, limit: int) -> bytes:
    """All of one regular file, read once.

    Raises:
        SubmissionError: there is none, or it has more than `limit` bytes.
    """
    shown = show(path.name)
    try:
        _regular(os.lstat(path).st_mode, shown)
        with _open(path, shown) as file:
            return _take(file, shown, limit)
    except (OSError, ValueError) as error:
        raise SubmissionError(_words(error, shown)) from error


def from_data(data: bytes, name: str, notes: tuple[str, ...] = ()) -> Snapshot:
    """The snapshot of a file that has been read.

    Args:
        data: what was in it.
        name: what it is called: `.ipynb` for a notebook, else a script.
        notes: what is to be said of it already.

    Raises:
        SubmissionError: it is no text, no notebook, or empty.
    """
    text = decode(data, name)
    if name.endswith(".ipynb"):
        cells, more = notebook.cells(text, name)
        if not cells:
            raise SubmissionError(f"{name} has no code: is it the notebook that you wanted to hand in?")
        notes += more
    else:
        cells = (Cell(name, text),)
    return Snapshot(name=name, cells=cells, digest=f"sha256:{hashlib.sha256(data).hexdigest()}", notes=notes)


def released_digest(sources: Iterable[str]) -> str:
    """Tells a released file again: the digest of a script's text, or of the code cells of a notebook.

    Line ends and space at the end of a piece do not count: editors and version control change them.
    """
    digest = hashlib.sha256()
    for source in sources:
        text = source.replace("\r\n", "\n").rstrip().encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(text) + text)
    return f"sha256:{digest.hexdigest()}"


def is_untouched(data: bytes, name: str, chapter: Chapter) -> bool:
    """Whether these are the bytes of the file `name` as it was released, by `expected/released.json`."""
    path = chapter.exercises / RELEASED
    try:
        released = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        text = decode(data, name)
        sources = notebook.sources(text, name) if name.endswith(".ipynb") else [text]
    except (OSError, msgspec.DecodeError, SubmissionError):
        return False  # what cannot be read is not what was released
    return released.get(name) == released_digest(sources)


def decode(data: bytes, name: str) -> str:
    """A file's text, its line ends made newlines.

    Raises:
        SubmissionError: it is empty, or not text in an encoding that it declares.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SubmissionError(f"{name} is UTF-16: save it as UTF-8")
    if b"\0" in data:
        raise SubmissionError(f"{name} is not text: byte {data.index(0)} is 0; hand in the source file itself")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if name.endswith(".ipynb"):
            encoding = "utf-8-sig"  # JSON declares nothing
        if not _ENCODINGS.fullmatch(codecs.lookup(encoding).name):
            raise SubmissionError(f"{name} declares the encoding {show(encoding)}: save it as UTF-8")
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SubmissionError(f"{name}, {_at(data, error)}: {_SAVE}") from error
    except (SyntaxError, LookupError) as error:
        raise SubmissionError(f"{name}{_bad_encoding(data)}: {_SAVE}") from error
    if not text.strip():
        raise SubmissionError(f"{name} is empty: is it the file that you wanted to hand in?")
    return text.replace("\r\n", "\n").replace("\r", "\n")


_SAVE = "in your editor choose 'Save with encoding: UTF-8'"


def _bad_encoding(data: bytes) -> str:
    """Why `tokenize` found no encoding: it does not say at which byte."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f", {_at(data, error)}"
    return " declares an encoding that Python does not know"


def _at(data: bytes, error: UnicodeDecodeError) -> str:
    kind = error.encoding.upper()
    return f"line {data.count(10, 0, error.start) + 1} has a character that is not {kind}"


def _read(path: Path, shown: str, wanted: frozenset[str], limits: Limits) -> tuple[_Found, str]:
    """What is at the path: the allowed files by their places; and the file's own name, if it is one."""
    mode = os.lstat(path).st_mode  # told apart before it is opened: opening a device may do something
    if stat.S_ISDIR(mode) and not _BY_DESCRIPTOR:
        return _folder_by_path(path, shown, wanted, limits), ""
    if stat.S_ISDIR(mode):
        folder = os.open(path, _OPEN | os.O_DIRECTORY)
        try:
            return _folder(folder, shown, wanted, limits), ""
        finally:
            os.close(folder)
    _regular(mode, shown)
    with _open(path, shown) as file:
        suffix = path.suffix.lower()
        if suffix in (".py", ".ipynb"):
            return {(path.name,): _take(file, shown, limits.submission)}, path.name
        head = file.read(512)
        try:
            kind = archive.kind(head) or ("tar" if suffix == ".tar" else "")
        except SubmissionError as error:
            raise SubmissionError(f"{shown}: {error}") from error
        if not kind:
            names = " or ".join(sorted(wanted, reverse=True))
            raise SubmissionError(f"{shown} is neither {names} nor a zip or tar of one")
        length = os.fstat(file.fileno()).st_size
        if length > limits.archive:
            raise SubmissionError(f"{shown} has {size(length)}, more than the {size(limits.archive)} allowed")
        file.seek(0)
        return archive.members(file, kind, shown, wanted, _DEPTH, limits), ""


def _folder(top: int, shown: str, wanted: frozenset[str], limits: Limits) -> _Found:
    """The allowed files of a folder, at the level where the first of them lie; `top` is its descriptor."""
    level: list[tuple[tuple[str, ...], int]] = [((), top)]
    seen = 0
    with contextlib.ExitStack() as opened:
        for _ in range(_DEPTH + 1):
            found: _Found = {}
            below: list[tuple[tuple[str, ...], int]] = []
            for parts, folder in level:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        seen += 1
                        place = (*parts, entry.name)
                        if entry.name in wanted:
                            found[place] = _member(folder, entry.name, show("/".join(place)), limits)
                        elif entry.is_dir(follow_symlinks=False) and not _is_skipped(entry.name):
                            below.append((place, folder))
                        if seen > _MAX_ENTRIES or len(below) > _MAX_FOLDERS:
                            raise SubmissionError(f"{shown} holds far too much: name the file that you mean")
            if found:
                return found
            level = []
            for place, folder in below:
                with contextlib.suppress(PermissionError):
                    descriptor = os.open(place[-1], _OPEN | os.O_DIRECTORY, dir_fd=folder)
                    opened.callback(os.close, descriptor)
                    level.append((place, descriptor))
    return {}


def _folder_by_path(top: Path, shown: str, wanted: frozenset[str], limits: Limits) -> _Found:
    """The same where the system cannot hold a folder open: by its path, which somebody may change meanwhile."""
    level = [top]
    for _ in range(_DEPTH + 1):
        entries = sorted(entry for folder in level for entry in folder.iterdir())
        if len(entries) > _MAX_FOLDERS:
            raise SubmissionError(f"{shown} holds far too much: name the file that you mean")
        found: _Found = {}
        for path in entries:
            if path.name in wanted:
                place = path.relative_to(top).parts
                _regular(os.lstat(path).st_mode, show("/".join(place)))
                with _open(path, show("/".join(place))) as file:
                    found[place] = _take(file, show("/".join(place)), limits.submission)
        if found:
            return found
        level = [path for path in entries if path.is_dir() and not path.is_symlink() and not _is_skipped(path.name)]
    return {}


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def _member(folder: int, name: str, shown: str, limits: Limits) -> bytes:
    _regular(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode, shown)
    with _open(name, shown, folder) as file:
        return _take(file, shown, limits.submission)


def _open(path: Path | str, shown: str, folder: int | None = None) -> IO[bytes]:
    """Opens what must be a regular file: no link of either kind, no pipe that would never answer."""
    descriptor = os.open(path, _OPEN, dir_fd=folder)
    file = os.fdopen(descriptor, "rb")
    try:
        status = os.fstat(descriptor)
        _regular(status.st_mode, shown)
        if status.st_nlink > 1:
            raise SubmissionError(f"{shown} is a hard link, one of {status.st_nlink} names of a file: hand in a copy")
    except BaseException:
        file.close()
        raise
    return file


def _regular(mode: int, shown: str) -> None:
    if stat.S_ISREG(mode):
        return
    what = {
        stat.S_IFLNK: "a link",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    raise SubmissionError(f"{shown} is {what.get(stat.S_IFMT(mode), 'a device')}: hand in the file itself")


def _take(file: IO[bytes], shown: str, limit: int) -> bytes:
    """All of a file, which may be growing, but never more than the limit."""
    data = bytearray()
    while chunk := file.read(_CHUNK):
        data += chunk
        if len(data) > limit:
            length = max(os.fstat(file.fileno()).st_size, len(data))
            raise SubmissionError(
                f"{shown} has {size(length)}, more than the {size(limit)} allowed: hand in code only,"
                " without data, and a notebook without its outputs"
            )
    return bytes(data)


def _shallowest(found: _Found, shown: str, wanted: frozenset[str]) -> dict[str, bytes]:
    """The allowed files of the one folder nearest to the top that has any: name -> content."""
    if not found:
        names = " or ".join(sorted(wanted, reverse=True))
        raise SubmissionError(f"{shown} holds no {names}: is the file called so, exactly?")
    depth = min(len(place) for place in found)
    folders = sorted({place[:-1] for place in found if len(place) == depth})
    if len(folders) > 1:
        both = " and ".join(show("/".join(folder)) for folder in folders[:2])
        raise SubmissionError(f"{shown} holds several folders with such a file, {both}: name the one you mean")
    return {place[-1]: data for place, data in found.items() if place[:-1] == folders[0]}


def _words(error: OSError | ValueError, shown: str) -> str:
    if isinstance(error, ValueError):
        return f"{shown}: no file can be called so"
    if error.errno == errno.ENOENT or error.errno == errno.ENOTDIR:
        return f"{shown}: there is no such file or folder"
    if error.errno == errno.ELOOP:
        return f"{shown} is a link: hand in the file itself"
    return f"{shown} cannot be read: {error.strerror or 'unknown reason'}"
