"""A release into a folder where an older one may be at work: three ways, and nothing of the student's is lost.

What was released last is kept in `.release/`, as names with digests and as content, so that no history is needed.
Where the student's file and the release have both changed, text is merged as git does it; a merge that fails, a
file that students write in, and a file of the student's own stay as they are, and the new one is put beside.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from grader.atomic import write_atomic
from grader.errors import UsageError

MANIFEST = ".release/manifest.json"
BASE = ".release/base.zip"
BESIDE = ".new"
_LARGEST = 64 << 20


class Manifest(Struct, frozen=True):
    """What one release was."""

    course: str
    title: str
    version: str
    chapters: tuple[str, ...]
    files: dict[str, str]  # path -> sha256
    work: tuple[str, ...]  # the files that students write in
    schema: int = 1


class Change(Struct, frozen=True):
    """What became of one file."""

    path: str
    what: str  # added, updated, merged, removed, kept, conflict
    words: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.path}{f': {self.words}' if self.words else ''}"


def digest(data: bytes) -> str:
    """A file's digest in a manifest."""
    return hashlib.sha256(data).hexdigest()


def encode_manifest(manifest: Manifest) -> bytes:
    """A manifest as JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=2) + b"\n"


def read_manifest(folder: Path) -> Manifest | None:
    """What was released into this folder last; None where nothing was.

    Raises:
        UsageError: it is damaged, or names files outside of the folder.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, OSError) as error:
        raise UsageError(f"{path} is damaged ({error}): take it from the last release again") from error
    for name in manifest.files:
        if not _inside(name):
            raise UsageError(f"{path} is damaged: it names a file outside of the repository")
    return manifest


def read_release(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """A release as it was made: its manifest and its files.

    Raises:
        UsageError: there is none, or its files are no longer those of its manifest.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(f"{folder} is no release of a course: it has no {MANIFEST}")
    files = {}
    for name, wanted in manifest.files.items():
        path = folder / name
        if not path.is_file() or _linked(folder, name) or digest(data := path.read_bytes()) != wanted:
            raise UsageError(f"{folder} is not as it was released: {name} differs; get it anew")
        files[name] = data
    return manifest, files


def apply(manifest: Manifest, files: Mapping[str, bytes], target: Path) -> list[Change]:
    """Puts a release into a folder; the manifest is written last, so that an interrupted call can be repeated.

    Args:
        manifest: of the new release.
        files: its content.
        target: an empty folder or one that does not exist, or one that holds an older release.

    Returns:
        What changed, by path; a conflict is said, and the student's file is as it was.

    Raises:
        UsageError: the folder is of another course, or holds something else.
        OSError: it cannot be written.
    """
    old = read_manifest(target)
    if old is None:
        _refuse_strangers(target)
        if not target.exists():
            _write_new(manifest, files, target)
            return [Change(path, "added") for path in sorted(files)]
    elif old.course != manifest.course:
        raise UsageError(f"{target} holds the course {old.course}, not {manifest.course}")
    base = _Base(target, old)
    changes = []
    for path in sorted({*files, *(old.files if old else ())}):
        change = _one(target, path, base, files.get(path), work=path in manifest.work)
        if change is not None:
            changes.append(change)
    _write(target / BASE, _archive(files))
    _write(target / MANIFEST, encode_manifest(manifest))
    return changes


class _Base:
    """What the last release held."""

    def __init__(self, target: Path, manifest: Manifest | None) -> None:
        self.files = manifest.files if manifest else {}
        self.path = target / BASE

    def content(self, name: str) -> bytes | None:
        """The file as it was released; None where that is not known any more."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                if archive.getinfo(name).file_size > _LARGEST:
                    return None
                data = archive.read(name)
        except (OSError, KeyError, zipfile.BadZipFile, RuntimeError):
            return None
        return data if digest(data) == self.files[name] else None


def _one(target: Path, path: str, base: _Base, new: bytes | None, *, work: bool) -> Change | None:
    """What is to be done about one file, and does it."""
    place = target / path
    if _linked(target, path):
        return Change(path, "conflict", "it is a link, or lies behind one, and is left alone")
    if place.is_dir():
        return Change(path, "conflict", "there is a folder in its place, which is left alone")
    mine = place.read_bytes() if place.exists() else None
    was = base.files.get(path)
    if mine is not None and new is not None and mine == new:
        return None
    if mine is None:
        if new is None or (was == digest(new) and work):
            return None
        _write(place, new)
        return Change(path, "added", "" if was is None else "it had been deleted")
    untouched = was is not None and digest(mine) == was
    if new is None:
        if not untouched:
            return Change(path, "kept", "the course has it no longer; it is yours, since you changed it")
        place.unlink()
        return Change(path, "removed")
    if untouched:
        _write(place, new)
        return Change(path, "updated")
    if was == digest(new):
        return None  # only the student has changed it
    if was is not None and not work:
        merged = _merge(mine, base.content(path), new)
        if merged is not None:
            _write(place, merged)
            return Change(path, "merged", "your changes and the release's are both in it")
    _write(place.with_name(place.name + BESIDE), new)
    why = "your work is as it was" if work else "it is yours" if was is None else "you and the release changed it"
    return Change(path, "conflict", f"{why}; the new one is beside it: {place.name}{BESIDE}")


def _merge(mine: bytes, base: bytes | None, new: bytes) -> bytes | None:
    """Both changes in one text; None where they meet, or it is no text."""
    if base is None or any(b"\0" in data for data in (mine, base, new)) or shutil.which("git") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="grader-merge-") as folder:
        names = []
        for name, data in (("mine", mine), ("base", base), ("new", new)):
            Path(folder, name).write_bytes(data)
            names.append(name)
        command = ["git", "merge-file", "-p", "-q", *names]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _refuse_strangers(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file: --out names a folder")
    strangers = [path.name for path in target.iterdir() if path.name != ".git"] if target.exists() else []
    if strangers:
        raise UsageError(f"{target} holds other things ({sorted(strangers)[0]}) and no release: name an empty folder")


def _write_new(manifest: Manifest, files: Mapping[str, bytes], target: Path) -> None:
    """A first release appears as a whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for path, data in {**files, BASE: _archive(files), MANIFEST: encode_manifest(manifest)}.items():
            place = draft / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        draft.chmod(0o755)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _archive(files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes; not packed, since git does that, and better."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(place, data)


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and not {"..", ".git"} & set(parts) and "\0" not in name


def _linked(target: Path, path: str) -> bool:
    """Whether the file or a folder on the way to it is a link: it could lead anywhere."""
    place = target
    for part in PurePosixPath(path).parts:
        place = place / part
        if place.is_symlink():
            return True
    return False
