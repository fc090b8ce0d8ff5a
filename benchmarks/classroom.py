"""How fast a class is graded: chapter 4's whole suite on one worker and on two, against its probes alone.

Each submission is the solution with a line of its own, so that none is in a cache. The probes alone run in a process
that has the libraries loaded and has run nothing, forked anew for each submission, with the inputs of the suite.
With `--memory` also the coordinator's memory and its time a submission at 100 and 1 000 submissions, `--most` for more.
Writes `build/bench/classroom.md` and `classroom.json`.
"""

from __future__ import annotations

import os
import pickle
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT
from grader import course as courses
from grader import render
from grader.grade import Grader, as_snapshot
from grader.oracle import probe_seed
from grader.records import Record

ALONE = """
import importlib, linecache, os, pickle, sys, time, types
sys.path[:0] = [sys.argv[1], sys.argv[2]]
spec = pickle.load(open(sys.argv[3], "rb"))
import runtime
for name in spec["preload"]:
    importlib.import_module(name)
runtime.configure("cpu", spec["threads"], 0)
for number in range(spec["count"]):
    there, here = os.pipe()
    if os.fork() == 0:
        runtime.warm()
        import probes
        source, name = spec["source"], spec["module"]
        linecache.cache[name + ".py"] = (len(source), None, source.splitlines(True), name + ".py")
        module = sys.modules[name] = types.ModuleType(name)
        exec(compile(source, name + ".py", "exec"), module.__dict__)
        began = time.perf_counter()
        for probe, inputs, seed in spec["calls"]:
            runtime.reseed(seed)
            getattr(probes, probe)(module, inputs)
        os.write(here, repr(time.perf_counter() - began).encode())
        os._exit(0)
    os.wait()
    print(os.read(there, 100).decode(), flush=True)
"""
MEMORY = """
import re, sys, time
from pathlib import Path
from tests.class_fakes import GOOD, make_chapter, put, run
root, count = Path(sys.argv[1]), int(sys.argv[2])
chapter = make_chapter(root)
for number in range(count):
    put(root / "work", f"student{number:05d}.py", GOOD + f"# {number}\\n")
began = time.perf_counter()
run(chapter, root / "work", root / "out")
# not ru_maxrss, which a process has from its parent
memory = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(memory / 1024, (time.perf_counter() - began) / count)
"""


def main() -> int:
    parser = common.parser("benchmarks.classroom", __doc__)
    parser.add_argument("--count", type=int, default=24, help="submissions (default: 24)")
    parser.add_argument("--memory", action="store_true", help="also the coordinator's memory")
    parser.add_argument("--most", type=int, default=1000, help="submissions in the largest class of --memory")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    report = measure(options.out, options.count)
    if options.memory:
        report["memory"] = {str(n): coordinator(options.out, n) for n in (100, 1000, options.most) if n <= options.most}
    common.publish(report, markdown(report), options.out, "classroom")
    return 0


def measure(out: Path, count: int) -> dict[str, Any]:
    """Seconds a submission: the probes alone, one worker, two workers."""
    course = courses.load(ROOT)
    chapter = course.chapter(CHAPTER)
    source = render.solution(chapter)
    records: list[Record] = []
    with Grader(course) as grader:
        grader.grade(chapter, as_snapshot(chapter, source), progress=records.append)
    calls = [(one.probe, one.values, probe_seed(one)) for record in records for one in record.inputs]
    load = common.load()
    spec = out / "probes.pickle"
    asked = {"preload": course.preload, "threads": course.threads, "count": 7, "calls": calls}
    spec.write_bytes(pickle.dumps({**asked, "source": source, "module": chapter.module}))
    words = [sys.executable, "-c", ALONE, str(course.runtime.parent), str(chapter.exercises), str(spec)]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    alone = statistics.median(float(line) for line in said.split())
    folder = out / "class"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for number in range(count):
        (folder / f"student{number:04d}.py").write_text(f"{source}\n# submission {number} of {time.time_ns()}\n")
    report: dict[str, Any] = {"count": count, "probes": len(calls), "alone": alone, "load": load}
    for workers in (1, 2):
        report[f"workers_{workers}"] = grade(folder, out / f"graded-{workers}", workers, count)
    return report


def grade(folder: Path, out: Path, workers: int, count: int) -> dict[str, float]:
    """The whole command; and a submission's time once all workers are warm: between the first quarter and the last."""
    words = [*(sys.executable, "-m", "grader", "grade-class", CHAPTER, str(folder), "--out", str(out))]
    began = time.time()
    subprocess.run([*words, "--workers", str(workers), "--no-resume"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    whole = time.time() - began
    done = sorted(path.stat().st_mtime for path in (out / "results").glob("*.json"))
    first = max(2 * workers, count // 4)
    return {"seconds": whole, "each": (done[-1] - done[first - 1]) / (count - first)}


def coordinator(out: Path, count: int) -> dict[str, float]:
    """Its memory and time a submission where grading itself takes no time."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=out) as folder:
        words = [sys.executable, "-c", MEMORY, folder, str(count)]
        said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return {"mib": float(said[0]), "seconds_each": float(said[1])}


def markdown(report: dict[str, Any]) -> str:
    """The report as a page."""
    one, two = report["workers_1"], report["workers_2"]
    rows = "".join(
        f"| {n} worker{'s' if n > 1 else ''} | {row['each']:.2f} s | {60 / row['each']:.0f} "
        f"| {report['alone'] / row['each'] / n:.2f} | {row['seconds']:.0f} s |\n"
        for n, row in ((1, one), (2, two))
    )
    memory = "".join(
        f"| {count} | {row['mib']:.0f} MiB | {1000 * row['seconds_each']:.1f} ms |\n"
        for count, row in report.get("memory", {}).items()
    )
    table = (
        f"\n| submissions | coordinator's memory at most | its time a submission |\n|---|---|---|\n{memory}"
        if memory
        else ""
    )
    return f"""# A class, chapter 4's whole suite

{report["count"]} right submissions, {report["probes"]} probes each. The probes alone take {report["alone"]:.2f} s
a submission, in a process that has the libraries loaded and has run nothing (median of 7).

| | a submission, all warm | a minute | probes alone / time a worker | the whole command |
|---|---|---|---|---|
{rows}
Two workers are {one["each"] / two["each"]:.2f} times one.
{table}
{os.cpu_count()} cores with a load of {report["load"]:.1f} at the start, {common.processor()}, {platform.platform()}.
Made by `python -m benchmarks.classroom`.
"""


if __name__ == "__main__":
    sys.exit(main())
