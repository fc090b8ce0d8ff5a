"""A fresh skeleton, with the old work kept beside it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from grader import render
from grader.atomic import write_atomic
from grader.errors import UsageError
from grader.model import Chapter
from grader.submission import is_untouched


def reset(chapter: Chapter) -> list[tuple[Path, Path | None]]:
    """Puts the chapter's files back as they were released.

    Returns:
        Each file that was put back, and where the old one is now; None where there was none.

    Raises:
        UsageError: the released files are not here.
    """
    done: list[tuple[Path, Path | None]] = []
    for name, fresh in _fresh(chapter).items():
        path = chapter.exercises / name
        kept = None
        if path.is_symlink() or path.exists():
            if path.is_file() and is_untouched(path.read_bytes(), name, chapter):
                continue
            kept = _put_aside(path)
        write_atomic(path, fresh)
        done.append((path, kept))
    return done


def _fresh(chapter: Chapter) -> dict[str, bytes]:
    names = (f"{chapter.module}.py", f"{chapter.module}.ipynb")
    if chapter.solutions is not None:
        return {names[0]: render.skeleton(chapter).encode(), names[1]: render.notebook(chapter).encode()}
    path = chapter.exercises / render.FRESH
    try:
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        return {name: found[name].encode() for name in names}
    except (OSError, KeyError, msgspec.DecodeError):
        raise UsageError(f"{path} is not there or damaged: get it again from where the course came from") from None


def _put_aside(path: Path) -> Path:
    """Gives the file another name, one that is free: optimizers.py -> optimizers.old-1.py."""
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.old-{number}{path.suffix}")
        if not os.path.lexists(kept):
            os.rename(path, kept)
            return kept
        number += 1
