"""A deliberately naive grader: the positive control. It is run as a process of its own, holds a secret in its
environment, and grades a submission in a folder where the student's code may do as it likes.

`grade` says what was seen: the score, all text that the student gets, and what is left behind.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
FULL = 10.0
SECONDS = 20.0


def grade(plan: dict[str, Any], secret: str) -> dict[str, Any]:
    """Runs this file as a process that grades, and returns what it saw.

    Args:
        plan: `work` and `submission` (paths), `suite`, `solution`, `exercises` (paths), `points`, `control`.
        secret: what the grading process has in its environment.
    """
    environment = {**os.environ, "SECRET_TOKEN": secret, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-B", str(HERE / "naive.py")],
        input=json.dumps(plan), env=environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


def main() -> None:
    """The process that grades: a plan comes in, what was seen goes out."""
    plan = json.loads(sys.stdin.read())
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # orphans become ours, to be counted
    seen: dict[str, Any] = {}
    for _ in range(plan["control"]["rounds"]):
        seen = _round(plan)
    json.dump(seen, sys.stdout)


def _round(plan: dict[str, Any]) -> dict[str, Any]:
    control, work = plan["control"], Path(plan["work"])
    work.mkdir(exist_ok=True)
    student = work / "student"
    shutil.rmtree(student, ignore_errors=True)
    unpack(Path(plan["submission"]), student)
    if control["forbids"] and control["forbids"] in (student / "arrays.py").read_text():
        return {"score": 0.0, "text": f"{control['forbids']} is forbidden"}
    if "swap" in plan:  # the moment between check and use
        (student / "arrays.py").write_text(plan["swap"])
    for path in (work / "RESULT", work / "FAILURES", work / "VALUES"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    runner = work / "naive_runner.py"
    if not runner.exists():
        shutil.copy(HERE / "naive_runner.py", runner)
    before = runner.read_bytes()
    test = student / "test_hidden.py"
    if not (control["theirs"] and test.exists()):
        shutil.copy(plan["suite"], test)
    (work / "cache").mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": f"{work}:{REPOSITORY}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "HOME": str(work),
        "PLAN": json.dumps(plan),
        "CACHE": str(work / "cache"),
        **{name: str(work / name) for name in ("RESULT", "FAILURES", "VALUES")},
    }
    if control["environment"]:
        environment["SECRET_TOKEN"] = os.environ["SECRET_TOKEN"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "naive_runner",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "test_hidden.py",
    ]
    watch = Watch()
    with (work / "output").open("w+b") as output:
        process = subprocess.Popen(
            command, cwd=student, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        late = ignores = False
        try:
            process.wait(control["seconds"])
        except subprocess.TimeoutExpired:
            late = True
            process.terminate()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                ignores = True
                process.kill()
                process.wait()
        watch.stop()
        size = output.tell() or os.fstat(output.fileno()).st_size
        output.seek(0)
        printed = output.read(1 << 20).decode("utf-8", "replace")
    looks = (descendants(os.getpid()) for _ in range(20))
    left = next(filter(None, looks), [])  # one that changes its number while it is looked for is missed now and then
    for pid in left:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    found = subprocess.run(["find", work, "-mindepth", "1", "-printf", "%s\n"], capture_output=True, check=True).stdout
    sizes = [int(word) for word in found.split()]
    if (work / "ddddddddd").exists():  # too deep for Python to remove
        subprocess.run(["rm", "-rf", str(work / "ddddddddd")], check=True)
    score, text = judge(work, student, control, process.returncode, printed)
    return {
        "score": score,
        "text": text + printed,
        "late": late,
        "ignores": ignores,
        "left": len(left),
        "processes": watch.processes,
        "memory": watch.memory,
        "printed": size,
        "runner": runner.read_bytes() != before,
        "scratch": sum(sizes),
        "files": len(sizes),
        "pid": os.getpid(),
    }


def judge(work: Path, student: Path, control: dict[str, Any], code: int, printed: str) -> tuple[float, str]:
    """The score and the page, from what this grader trusts."""
    result: dict[str, Any] = {"score": 0.0, "messages": []}
    with contextlib.suppress(OSError, ValueError):
        result |= json.loads((work / "RESULT").read_text())
    page = f"<h1>score {result['score']} of {FULL}</h1>\n" + "\n".join(f"<pre>{m}</pre>" for m in result["messages"])
    for book in student.glob("*.ipynb"):
        for cell in json.loads(book.read_text())["cells"]:
            page += "".join("".join(o.get("data", {}).get("text/html", [])) for o in cell.get("outputs", []))
    score = float(result["score"])
    match control["trusts"]:
        case "exit":
            score = FULL if code == 0 else 0.0
        case "failures":  # nobody complained
            complaints = work / "FAILURES"
            score = 0.0 if complaints.is_file() and complaints.read_text() else FULL
        case "stdout":
            found = re.findall(r"^RESULT (\{.*\})$", printed, re.MULTILINE)
            score = float(json.loads(found[-1])["score"]) if found else 0.0
        case "pickle":
            with contextlib.suppress(OSError):
                pickle.loads((work / "VALUES").read_bytes())
        case "theirs":
            score = float(json.loads((student / "results.json").read_text())["score"])
        case "page":
            found = re.findall(r"score ([\d.]+) of", page.split("</h1>", 1)[1] + page)
            score = float(found[0]) if found else 0.0
    table = io.StringIO()
    csv.writer(table).writerow([control["name"], score])
    return score, f"{page}\n{table.getvalue()}"


def unpack(submission: Path, target: Path) -> None:
    """Wherever it leads."""
    if submission.is_dir():
        shutil.copytree(submission, target)  # follows links
    elif submission.suffix == ".zip":
        target.mkdir()
        with zipfile.ZipFile(submission) as archive:
            for info in archive.infolist():
                place = target / info.orig_filename
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(info))
    elif submission.name.endswith(".tar.gz"):
        target.mkdir()
        with tarfile.open(submission) as archive:
            archive.extractall(target, filter="fully_trusted")
    else:
        target.mkdir()
        shutil.copy(submission, target / submission.name)
    nested = target / "arrays"
    if nested.is_dir() and not (target / "arrays.py").exists():
        shutil.copytree(nested, target, dirs_exist_ok=True)


def descendants(pid: int) -> list[int]:
    """Every process below this one."""
    found: list[int] = []
    pending = [pid]
    while pending:
        current = pending.pop()
        for task in Path(f"/proc/{current}/task").glob("*"):
            with contextlib.suppress(OSError):
                children = [int(word) for word in (task / "children").read_text().split()]
                alive = [c for c in children if " Z " not in Path(f"/proc/{c}/stat").read_text()]
                found += alive
                pending += alive
    return found


class Watch:
    """The most processes and memory that were seen below this process at one time."""

    def __init__(self) -> None:
        self.processes, self.memory, self.ended = 0, 0, False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        while not self.ended:
            pids = descendants(os.getpid())
            used = 0
            for pid in pids:
                with contextlib.suppress(OSError):
                    found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
                    used += int(found[1]) * 1024 if found else 0
            self.processes, self.memory = max(self.processes, len(pids)), max(self.memory, used)
            time.sleep(0.02)

    def stop(self) -> None:
        """Ends it."""
        self.ended = True
        self.thread.join()


if __name__ == "__main__":
    main()
