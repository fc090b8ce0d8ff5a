"""Other graders, each in an environment of its own made from its lock in `benchmarks/peers/`: their commands on a
reduced course, with the same tests and the reference's values read from a file."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.common import CHAPTER, ROOT, timed
from grader import regions, render
from grader.model import Chapter

LOCKS = Path(__file__).parent / "peers"
QUIET = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
TESTS = """\
import sys
sys.path.insert(0, {repository!r})
from benchmarks.reduced import in_kernel
in_kernel({namespace}, {root!r})
"""
OTTER_TESTS = """\
from otter.test_files import test_case
OK_FORMAT = False
name = "all"
points = 1

@test_case(points=1, hidden=True)
def test_all(env):
{body}
"""


class Missing(Exception):
    """A peer cannot be installed here; the text says why."""


def python(name: str) -> Path:
    """The interpreter of a peer's environment, which is made on first use and made anew when its lock changes.

    Raises:
        Missing: it cannot be installed.
    """
    lock, folder = LOCKS / f"{name}.txt", ROOT / "build" / "peers" / name
    made = folder / "lock.txt"
    if not made.is_file() or made.read_bytes() != lock.read_bytes():
        print(f"Making an environment for {name}, once.", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(lock),
        ]
        for command in ([sys.executable, "-m", "venv", str(folder)], [str(folder / "bin" / "python"), *install]):
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                raise Missing(f"{name} cannot be installed: {(run.stderr.strip().splitlines() or ['?'])[-1][:200]}")
        shutil.copy(lock, made)
    return folder / "bin" / "python"


def environment(interpreter: Path) -> dict[str, str]:
    """What a peer's commands run with: its own programs come first, its kernel's `python3` among them."""
    return {**QUIET, "PATH": f"{interpreter.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def notebook(chapter: Chapter) -> dict[str, Any]:
    """The chapter's source notebook, every task solved, as a student would hand it in."""
    book: dict[str, Any] = json.loads(render.source_notebook(chapter))
    tasks = {task.id for task in chapter.tasks}
    for cell in book["cells"]:
        if cell["id"] in tasks:
            cell["source"] = regions.unmark("".join(cell["source"]), cell["id"])
    return book


def write(path: Path, book: dict[str, Any]) -> None:
    """A notebook as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(book))


class Nbgrader:
    """Stock nbgrader: its own `Execute`, the tests in a cell. They stand in the last task's cell and count for all."""

    def __init__(self, root: Path, chapter: Chapter, folder: Path) -> None:
        self.python, self.chapter, self.folder = python("nbgrader"), chapter, folder
        shutil.rmtree(folder, ignore_errors=True)
        book = json.loads(render.source_notebook(chapter))
        graded = [f"{task.id}-grade" for task in chapter.tasks]
        for cell in book["cells"]:
            if cell["id"] in graded:
                last = cell["id"] == graded[-1]
                words = {"repository": str(ROOT), "namespace": "globals()", "root": str(root)}
                cell["source"] = TESTS.format(**words) if last else "pass"
        write(folder / "source" / CHAPTER / f"{chapter.module}.ipynb", book)
        (folder / "nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 300\n")
        timed([self.python, "-m", "nbgrader", "generate_assignment", CHAPTER], folder, **environment(self.python))
        self.number = 0

    def submit(self, count: int) -> None:
        """So many new submissions, and none of those before."""
        for name in ("submitted", "autograded"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for _ in range(count):
            self.number += 1
            mine = notebook(self.chapter)
            more = {"id": f"mine-{self.number}", "metadata": {}, "source": f"Student {self.number}"}
            mine["cells"].append(mine["cells"][0] | more)
            write(self.folder / "submitted" / f"s{self.number}" / CHAPTER / f"{self.chapter.module}.ipynb", mine)

    def grade(self) -> float:
        """Seconds of one `nbgrader autograde` over what is there; all must pass."""
        seconds = timed([self.python, "-m", "nbgrader", "autograde", CHAPTER], self.folder, **environment(self.python))
        found = sorted((self.folder / "autograded").glob(f"*/{CHAPTER}/{self.chapter.module}.ipynb"))
        if not found or len(found) != len(list((self.folder / "submitted").iterdir())):
            raise SystemExit(f"nbgrader did not grade all submissions: {self.folder}")
        for path in found:
            text = path.read_text()
            if " passed" not in text or '"output_type": "error"' in text:
                raise SystemExit(f"nbgrader: the tests do not pass: {path}")
        return seconds


class Otter:
    """otter-grader's `otter run`, which grades one notebook on this machine, without a container."""

    def __init__(self, root: Path, chapter: Chapter, folder: Path) -> None:
        self.python, self.chapter, self.folder = python("otter"), chapter, folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        body = TESTS.format(repository=str(ROOT), namespace="env", root=str(root))
        indented = "".join(f"    {line}\n" for line in body.splitlines())
        with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
            archive.writestr("otter_config.json", json.dumps({"pdf": False, "print_summary": False}))
            archive.writestr("tests/all.py", OTTER_TESTS.format(body=indented))
        self.number = 0

    def submit(self) -> None:
        """A new submission."""
        self.number += 1
        mine = notebook(self.chapter)
        mine["cells"][0]["source"] = f"Student {self.number}"
        mine["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        write(self.folder / f"{self.chapter.module}.ipynb", mine)

    def grade(self) -> float:
        """Seconds of one `otter run`; it must give full marks."""
        result = self.folder / "results.json"
        with contextlib.suppress(FileNotFoundError):
            result.unlink()
        command = [self.python, "-m", "otter", "run", "-a", "autograder.zip", f"{self.chapter.module}.ipynb"]
        seconds = timed(command, self.folder, **environment(self.python))
        tests = [test for test in json.loads(result.read_text())["tests"] if test.get("max_score")]
        if not tests or any(test["score"] != test["max_score"] for test in tests):
            raise SystemExit(f"otter: the tests do not pass: {result.read_text()[:2000]}")
        return seconds
