"""Runs the lessons' code cells from top to bottom: `python -m book.run [lesson.md ...]`; all lessons by default.

TensorFlow is imported once; each lesson runs in a fork of its own, in its chapter's folder, on the CPU.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import jupytext

ROOT = Path(__file__).parent.parent
SECONDS = 300  # a lesson that takes longer is ended


def lessons() -> list[Path]:
    """Every lesson of the course, in the chapters' order."""
    return sorted(
        (ROOT / "exercises").glob("ch*/*.md"), key=lambda path: (path.parent.name, path.name != "numerics.md")
    )


def is_lesson(path: Path) -> bool:
    """Whether the file is an executable lesson: a MyST notebook."""
    return path.read_text(encoding="utf-8").startswith("---\n")


def cells(path: Path) -> list[str]:
    """The sources of a lesson's code cells."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run(path: Path) -> bool:
    """Runs one lesson in a fork; whether it came to its end. What goes wrong is printed with the cell."""
    pid = os.fork()
    if pid == 0:
        os._exit(_inside(path))
    end = time.monotonic() + SECONDS
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        if time.monotonic() > end:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            print(f"{path.relative_to(ROOT)}: not at its end after {SECONDS} s")
            return False
        time.sleep(0.05)


def _inside(path: Path) -> int:
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    out = os.open(os.devnull, os.O_WRONLY)
    shown = os.dup(2)
    os.dup2(out, 1)
    os.dup2(out, 2)
    names: dict[str, object] = {"__name__": "__main__", "display": print}
    for number, source in enumerate(cells(path), start=1):
        name = f"{path.parent.name}/{path.name}, code cell {number}"
        import linecache

        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            exec(compile(source, name, "exec"), names)
        except BaseException:
            os.write(shown, f"{name}\n{traceback.format_exc()}\n".encode())
            return 1
    return 0


def main(arguments: Sequence[str]) -> int:
    """Runs the lessons named, or all; 1 where one did not come to its end."""
    chosen = [Path(argument).resolve() for argument in arguments] or [path for path in lessons() if is_lesson(path)]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import keras  # noqa: F401  loaded once, forked for every lesson
    import matplotlib.pyplot  # noqa: F401
    import pandas  # noqa: F401
    import tensorflow  # noqa: F401

    broken = 0
    for path in chosen:
        began = time.monotonic()
        worked = run(path)
        broken += not worked
        print(
            f"{path.parent.name}/{path.name}: {'ran' if worked else 'BROKEN'} in {time.monotonic() - began:.1f} s",
            flush=True,
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
