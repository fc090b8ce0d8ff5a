"""A class of the NumPy course on the disk, and the command that grades it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader import render
from grader.model import Chapter, Report, decode_report, encode_report

REPOSITORY = Path(__file__).parent.parent


def write_class(chapter: Chapter, folder: Path, count: int) -> Path:
    """So many submissions, no two with the same bytes: most are right, some wrong in known ways, some unreadable."""
    right = render.solution(chapter)
    wrong = [
        right.replace("return x - column_means(x)", "return x - column_means(x) * 1.1"),
        right.replace("rng.permutation(len(x))", "np.arange(len(x))"),
        (chapter.exercises / f"{chapter.module}.py").read_text(),
        right + "\ndef (\n",
    ]
    folder.mkdir(parents=True)
    for number in range(count):
        kind = number % 10
        source = wrong[kind - 6] if kind >= 6 else right
        (folder / f"student{number:05d}.py").write_text(f"{source}\n# {number}\n")
    return folder


def command(course: Path, work: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "grader",
        "--course",
        str(course),
        "grade-class",
        "ch1",
        str(work),
        "--out",
        str(out),
        *more,
    ]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}


def run(course: Path, work: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(course, work, out, *more), env=environment(), capture_output=True, text=True, timeout=500, check=False
    )


def start(course: Path, work: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(course, work, out, *more),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches a whole group
    )


def wait_for_reports(out: Path, count: int, process: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        if len(reports(out)) >= count:
            return
        time.sleep(0.02)


def reports(out: Path) -> list[Path]:
    try:
        return [path for path in (out / "results").iterdir() if path.suffix == ".json"]
    except OSError:
        return []


def workers_of(pid: int) -> list[int]:
    """The processes below that are Dask's workers: they have a sandbox or a queue, not a program of their own."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            words = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == pid and b"spawn_main" in words:
            found.append(int(path.parent.name))
    return found


def group(leader: int) -> list[str]:
    """The command lines of the processes of a group that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append((path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
        except OSError:
            continue
    return found


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def timeless(report: Report) -> bytes:
    """A report without its times."""
    tasks = tuple(
        msgspec.structs.replace(t, tests=tuple(msgspec.structs.replace(test, seconds=0.0) for test in t.tests))
        for t in report.tasks
    )
    return encode_report(msgspec.structs.replace(report, started="", seconds=0.0, tasks=tasks))


def contents(out: Path) -> dict[str, bytes]:
    """All that a class's folder holds, but for times and what only serves the next run."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if not path.is_file() or name in ("times.json", "times.html", "ledger.jsonl", "class.json", ".lock"):
            continue
        data = path.read_bytes()
        if name.startswith("results/"):
            data = timeless(decode_report(data))
        elif name == "gradebook.csv":
            data = b"\n".join(line.rpartition(b",")[0] for line in data.splitlines())
        found[name] = data
    return found


def draw(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)
