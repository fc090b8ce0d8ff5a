"""Builds the site: `python -m book.build [--out build/book] [--no-run]`.

The source is put together under `build/book-source/`, what the lessons gave is kept under `build/book-cache/`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from book.pages import pages
from grader.atomic import write_atomic
from grader.course import load
from grader.errors import GraderError

ROOT = Path(__file__).parent.parent
SUITS = ("tensorflow", "keras", "numpy", "pandas", "matplotlib")  # another version may give other numbers


def main(arguments: list[str] | None = None) -> int:
    """Builds the site and says where it is; Sphinx's exit code, or 2 where the course is not in order."""
    parser = argparse.ArgumentParser(prog="book.build", description="Build the course's site.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "book", help="the folder (default: build/book)")
    parser.add_argument("--no-run", action="store_true", help="do not run the lessons: pages without results")
    options = parser.parse_args(arguments)
    try:
        found = pages(load(ROOT))
    except GraderError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    out = options.out.resolve()
    source = out.with_name(f"{out.name}-source")
    stage(source, found)
    _environment(out.with_name(f"{out.name}-cache"), source)
    if options.no_run:
        os.environ["BOOK_EXECUTION"] = "off"
    from sphinx.cmd.build import main as sphinx

    doctrees = _doctrees(out.with_name(f"{out.name}-doctrees"))
    code = sphinx(
        ["-q", "-W", "--keep-going", "-n", "-c", str(Path(__file__).parent), "-d", str(doctrees), str(source), str(out)]
    )
    if code:
        shutil.rmtree(doctrees, ignore_errors=True)  # or the next build would take over what this one complained of
        return code
    _forget(out, found)
    print(f"the site is built: open {os.path.relpath(out / 'index.html')}")
    return 0


def stage(folder: Path, found: dict[str, bytes]) -> None:
    """Makes a folder hold these files and no others; one that has not changed keeps its time."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in found:
            path.unlink()
    for name, data in found.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data)


def _environment(cache: Path, source: Path) -> None:
    """What the lessons run in: the CPU, few words, and a cache that knows what else their results depend on."""
    parts = [f"{name} {version(name)}" if name != "tensorflow" else f"tensorflow {_tensorflow()}" for name in SUITS]
    for path in sorted(source.glob("exercises/*/*")):
        if path.suffix != ".md":
            parts.append(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    for old in cache.glob("*"):
        if old.name != key:
            shutil.rmtree(old)
    profile = cache / key / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        "c.InlineBackend.figure_formats = {'svg'}\nc.InlineBackend.rc = {'svg.hashsalt': 'book'}\n"
    )
    os.environ.update(
        BOOK_CACHE=str(cache / key),
        IPYTHONDIR=str(cache / key / "ipython"),
        TF_CPP_MIN_LOG_LEVEL="3",
        CUDA_VISIBLE_DEVICES="-1",
        PYTHONDONTWRITEBYTECODE="1",
        PYDEVD_DISABLE_FILE_VALIDATION="1",
    )


def _doctrees(folder: Path) -> Path:
    """Where Sphinx keeps what it has read: anew for each state of the code that reads."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))
    kept = folder / key.hexdigest()[:16]
    for old in folder.glob("*"):
        if old != kept:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    return kept


def _tensorflow() -> str:
    try:
        return version("tensorflow-cpu")
    except ModuleNotFoundError:
        return version("tensorflow")


def _forget(out: Path, found: dict[str, bytes]) -> None:
    """Removes what earlier builds have left: pages whose source is gone, pictures that no page shows."""
    own = {"search.html", "genindex.html"}
    for path in out.rglob("*.html"):
        name = path.relative_to(out).as_posix()
        if f"{name.removesuffix('.html')}.md" not in found and name not in own:
            path.unlink()
    shown = "".join(path.read_text(encoding="utf-8") for path in out.rglob("*.html"))
    for path in (out / "_images").glob("*"):
        if path.name not in shown:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
