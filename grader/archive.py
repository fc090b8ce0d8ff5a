"""Reads wanted files out of a zip or tar archive. Nothing is ever extracted, and every read is capped."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from .errors import SubmissionError
from .model import Limits

_MAX_DIRECTORY = 1 << 20  # bytes of a zip's table of contents
_RATIO_COUNTS_FROM = 1 << 20
_XZ_MEMORY = 128 << 20
_CHUNK = 1 << 16
_ENDS = 100  # reads at the end of an archive; a whole one takes a few

_Member = tuple[tuple[str, ...], bytes]

_TARS = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_OTHERS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd"}


def kind(head: bytes) -> str:
    """What kind of archive begins with these bytes, 265 or more: "zip", "tar", "gz", "bz2", "xz", or "".

    Raises:
        SubmissionError: an archive, but of a kind that is not read here.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    for magic, name in _TARS.items():
        if head.startswith(magic):
            return name
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise SubmissionError(f"a {name} archive is not read here: hand in a zip or a tar.gz")
    return "tar" if head[257:262] == b"ustar" else ""


def members(
    file: IO[bytes], kind: str, name: str, wanted: frozenset[str], depth: int, limits: Limits
) -> dict[tuple[str, ...], bytes]:
    """The wanted files of an archive: their path in it, in parts, and their content.

    Args:
        file: the archive, open for reading at its beginning, not larger than `limits.archive`.
        kind: as `kind` names it.
        name: what to call the archive in a message.
        wanted: the base names of files that may be taken.
        depth: folders that may lie above such a file.
        limits: caps on one file and on all of the content.

    Raises:
        SubmissionError: the archive is damaged, encrypted, too large, or holds something that it must not.
    """
    walk = _zip(file, wanted, depth, limits) if kind == "zip" else _tar(file, kind, wanted, depth, limits)
    found: dict[tuple[str, ...], bytes] = {}
    total = 0
    try:
        for path, content in walk:
            if path in found:
                raise SubmissionError(f"holds {show('/'.join(path))} twice")
            found[path] = content
            total += len(content)
            if total > limits.archive:
                raise SubmissionError(f"unpacks to more than {size(limits.archive)}")
    except SubmissionError as error:
        raise SubmissionError(f"{name}: the archive {error}") from error
    except Exception as error:  # whatever the libraries make of hostile bytes
        raise SubmissionError(
            f"{name}: the archive cannot be read, it is damaged, cut short or no archive: make it again"
        ) from error
    return found


def show(name: str) -> str:
    """A name out of a submission, short and without control characters."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    return clean if len(clean) <= 80 else f"…{clean[-79:]}"


def _parts(name: str) -> tuple[str, ...]:
    """A member's path, in parts; refuses one that leads out of the archive."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or ".." in parts or "\\" in name or "\0" in name or name[1:2] == ":":
        raise SubmissionError(f"holds a path that leads out of it, {show(name)}: make it again from your folder")
    return parts


def _is_wanted(parts: tuple[str, ...], wanted: frozenset[str], depth: int) -> bool:
    hidden = any(part.startswith(".") or part in ("__MACOSX", "__pycache__") for part in parts)
    return bool(parts) and parts[-1] in wanted and len(parts) <= depth + 1 and not hidden


def _take(file: IO[bytes], name: str, packed: int, limits: Limits) -> bytes:
    """One member's content, read bit by bit so that a bomb never grows beyond its cap."""
    content = bytearray()
    while chunk := file.read(_CHUNK):
        content += chunk
        if len(content) > limits.submission:
            raise SubmissionError(f"holds {show(name)}, which is over {size(limits.submission)}")
        if len(content) > max(_RATIO_COUNTS_FROM, limits.ratio * packed):
            raise SubmissionError(f"holds {show(name)}, which unpacks to far too much")
    return bytes(content)


def size(count: int) -> str:
    """Bytes in words: "10 MB"."""
    for unit, name in ((1 << 20, "MB"), (1 << 10, "kB")):
        if count >= unit:
            return f"{count / unit:.0f} {name}"
    return f"{count} bytes"


def _zip(file: IO[bytes], wanted: frozenset[str], depth: int, limits: Limits) -> Iterator[_Member]:
    words = f"holds more than {limits.members} files"
    with zipfile.ZipFile(cast("IO[bytes]", _Capped(file, _MAX_DIRECTORY, None, words))) as archive:
        infos = archive.infolist()
        if len(infos) > limits.members:
            raise SubmissionError(words)
        for info in infos:
            parts = _parts(info.orig_filename)
            if info.is_dir() or not _is_wanted(parts, wanted, depth):
                continue
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                raise SubmissionError(f"holds {show(info.filename)} as a link: put the file itself there")
            if info.flag_bits & 0x41:
                raise SubmissionError("is encrypted: make it again without a password")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise SubmissionError("is packed in an unusual way: make it again with the usual settings")
            with archive.open(info) as member:
                yield parts, _take(member, info.filename, info.compress_size, limits)


def _tar(file: IO[bytes], kind: str, wanted: frozenset[str], depth: int, limits: Limits) -> Iterator[_Member]:
    words = f"unpacks to more than {size(limits.archive)}"
    unpacked = file if kind == "tar" else cast("IO[bytes]", io.BufferedReader(_Unpacked(file, kind)))
    stream = cast("IO[bytes]", _Capped(unpacked, limits.archive, limits.archive, words))
    # "r|": read once, forwards; a member that points backwards is an error, not a loop.
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for count, member in enumerate(archive):
            if count >= limits.members:
                raise SubmissionError(f"holds more than {limits.members} files")
            parts = _parts(member.name)
            if member.isdir() or not _is_wanted(parts, wanted, depth):
                continue
            content = archive.extractfile(member) if member.isreg() and not member.issparse() else None
            if content is None:
                raise SubmissionError(f"holds {show(member.name)}, but not as a file: put the file itself there")
            yield parts, _take(content, member.name, limits.submission, limits)


class _Capped:
    """A stream that refuses a single read, or all of them together, over a cap, and to be read on and on at its end:
    tarfile skips a member block by block for as long as the header claims, which may be for a thousand years."""

    def __init__(self, file: IO[bytes], one: int, total: int | None, words: str) -> None:
        self._file, self._one, self._left, self._words = file, one, total, words
        self._ends = 0  # reads that gave nothing
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; all that is left where it is negative."""
        data = self._file.read(min(count, self._one + 1) if count >= 0 else self._one + 1)
        if self._left is not None:
            self._left -= len(data)
        if len(data) > self._one or (self._left is not None and self._left < 0):
            raise SubmissionError(self._words)
        self._ends += not data and count != 0
        if self._ends > _ENDS:
            raise EOFError("it goes on beyond its end")
        return data

    def seekable(self) -> bool:
        """What zipfile asks."""
        return True


class _Gzip:
    """zlib's decompressor with the face of bz2's and lzma's."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(31)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


class _Unpacked(io.RawIOBase):
    """A compressed stream as it unpacks, at most a buffer at a time.

    Not the standard library's file objects: they read a gzip header byte by byte, however long it claims to
    be, and grant an xz stream the dictionary it asks for.
    """

    def __init__(self, file: IO[bytes], kind: str) -> None:
        self._file, self._kind = file, kind
        self._unpack = self._fresh()
        self._rest = b""  # what follows the end of one compressed stream: perhaps another

    def _fresh(self) -> _Gzip | bz2.BZ2Decompressor | lzma.LZMADecompressor:
        match self._kind:
            case "gz":
                return _Gzip()
            case "bz2":
                return bz2.BZ2Decompressor()
        return lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        """What io.BufferedReader asks."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fills the buffer as far as one step of the decompressor does."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        while True:
            if self._unpack.eof:
                self._rest = (self._unpack.unused_data or self._file.read(_CHUNK)).lstrip(b"\0")
                if not self._rest:
                    return 0
                self._unpack = self._fresh()
            raw, self._rest = self._rest, b""
            if not raw and self._unpack.needs_input:
                raw = self._file.read(_CHUNK)
                if not raw:
                    raise EOFError("the stream ends too early")
            data = self._unpack.decompress(raw, max_length=len(view))
            if data:
                view[: len(data)] = data
                return len(data)
