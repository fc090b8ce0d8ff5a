"""How fast a class is graded: chapter 4's whole suite on one worker and on two, against its probes alone and against
stock nbgrader with the same hidden tests; and the three tests of Momentum, against stock nbgrader and otter-grader.

Each submission is the solution with a line of its own, so that none is in a cache. The probes alone run in a process
that has the libraries loaded and has run nothing, forked anew for each submission, with the inputs of the suite.
What a submission costs is the time between the first quarter and the last report; for the peers, of whole commands,
the difference between a larger and a smaller class.
"""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import common, peers
from benchmarks.common import CHAPTER, ROOT, TASK, Options, Row
from benchmarks.one_more import RECORD, TESTS
from benchmarks.reduced import reduced_course
from grader import course as courses
from grader import render
from grader.grade import Grader, as_snapshot
from grader.model import Chapter
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
        began = time.perf_counter()
        for _ in runtime.warm():
            pass
        import probes
        source, name = spec["source"], spec["module"]
        linecache.cache[name + ".py"] = (len(source), None, source.splitlines(True), name + ".py")
        module = sys.modules[name] = types.ModuleType(name)
        exec(compile(source, name + ".py", "exec"), module.__dict__)
        for probe, inputs, seed in spec["calls"]:
            runtime.reseed(seed)
            getattr(probes, probe)(module, inputs)
        os.write(here, repr(time.perf_counter() - began).encode())
        os._exit(0)
    os.wait()
    print(os.read(there, 100).decode(), flush=True)
"""


def rows(options: Options) -> tuple[list[Row], str]:
    """The whole suite, then the three tests; the peers between our own runs."""
    count = 4 if options.quick else 40
    out = options.out / "class"
    out.mkdir(exist_ok=True)
    chapter = courses.load(ROOT).chapter(CHAPTER)
    turns = 1 if options.quick else 7
    alone = probes_alone(out, chapter, turns)
    one = grade(ROOT, chapter, out, 1, count)
    stock, absent = [], []
    what = f"a submission of {count}, chapter 4's whole suite, one worker"
    if options.quick:  # one more worker is half a minute more
        row = Row(what, "its probes alone", (one,), (alone,), alone / one, 0.8, figure_unit="of the limit")
        return [row], f"{60 / one:.0f} submissions a minute on one worker."
    try:
        stock = stock_each(out, None, ())
    except peers.Missing as why:
        absent.append(f"Not measured: {why}")
    two = grade(ROOT, chapter, out, 2, count)
    again = probes_alone(out, chapter, turns)
    found = [
        Row(what, "its probes alone", (one,), (alone, again), statistics.mean((alone, again)) / one, 0.8,
            figure_unit="of the limit"),
        Row("the same, two workers", "one worker", (two,), (one,), one / two, 1.7),
    ]  # fmt: skip
    if stock:
        found.append(Row("the same, one worker", "stock nbgrader, the hidden tests", (one,), tuple(stock),
                         statistics.median(stock) / one, 15.0))  # fmt: skip
    small = reduced_course(out / "small", TASK, TESTS)
    common.timed([sys.executable, "-c", RECORD.format(root=str(out / "small"))], **peers.QUIET)
    mine = grade(out / "small", small, out, 1, 100)
    for name, each in (
        ("stock nbgrader", lambda: stock_each(out, TASK, TESTS)),
        ("otter-grader", lambda: otter_each(out, small)),
    ):
        try:
            theirs = each()
            found.append(Row("a submission of 100, 3 tests of Momentum, one worker", name, (mine,), tuple(theirs),
                             statistics.median(theirs) / mine, 30.0))  # fmt: skip
        except peers.Missing as why:
            absent.append(f"Not measured: {why}")
    text = f"{60 / one:.0f} submissions a minute on one worker, {60 / two:.0f} on two."
    if stock:
        text += (
            f"\n\nThe whole suite's probes alone take {alone:.2f} s, in a process that has everything loaded: whatever "
            f"grades, {statistics.median(stock) / alone:.1f} times stock nbgrader's speed is the limit there. Of three "
            "tests one right after the other most of the time goes into the next process: the first operation and the "
            "first graph that TensorFlow runs in it cannot be had before the fork."
        )
    return found, "\n\n".join([text, *dict.fromkeys(absent)])


def probes_alone(out: Path, chapter: Chapter, count: int) -> float:
    """Seconds of a submission's probes and nothing else: the limit."""
    course = courses.load(ROOT)
    source = render.solution(chapter)
    records: list[Record] = []
    with Grader(course) as grader:
        grader.grade(chapter, as_snapshot(chapter, source), progress=records.append)
    calls = [(one.probe, one.values, probe_seed(one)) for record in records for one in record.inputs]
    spec = out / "probes.pickle"
    asked = {"preload": course.preload, "threads": course.threads, "count": count, "calls": calls}
    spec.write_bytes(pickle.dumps({**asked, "source": source, "module": chapter.module}))
    words = [sys.executable, "-c", ALONE, str(course.runtime.parent), str(chapter.exercises), str(spec)]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return statistics.median(float(line) for line in said.split())


def grade(root: Path, chapter: Chapter, out: Path, workers: int, count: int) -> float:
    """Seconds of one more submission in a class, once all workers are warm."""
    folder, results = out / "work", out / f"graded-{workers}"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    source = render.solution(chapter)
    for number in range(count):
        (folder / f"student{number:04d}.py").write_text(f"{source}\n# submission {number} of {time.time_ns()}\n")
    words = [sys.executable, "-m", "grader", "--course", str(root), "grade-class", CHAPTER, str(folder)]
    began = time.time()
    common.timed([*words, "--out", str(results), "--workers", str(workers), "--no-resume"])
    done = sorted(path.stat().st_mtime for path in (results / "results").glob("*.json"))
    done = [moment for moment in done if moment > began]
    first = max(2 * workers, count // 4)
    return (done[-1] - done[first - 1]) / (len(done) - first)


def stock_each(out: Path, task: str | None, tests: tuple[str, ...]) -> list[float]:
    """Seconds of one more submission of stock nbgrader's, twice."""
    root = out / "stock"
    chapter = reduced_course(root, task, tests)
    common.timed([sys.executable, "-c", RECORD.format(root=str(root))], **peers.QUIET)
    side = peers.Nbgrader(root, chapter, out / "nbgrader")

    def of(count: int) -> float:
        side.submit(count)
        return side.grade()

    return [(of(3) - of(1)) / 2 for _ in range(2)]


def otter_each(out: Path, chapter: Chapter) -> list[float]:
    """Seconds of one submission of otter-grader's: each is a command of its own."""
    side = peers.Otter(chapter.exercises.parent.parent, chapter, out / "otter")
    found = []
    for _ in range(3):
        side.submit()
        found.append(side.grade())
    return found


if __name__ == "__main__":
    sys.exit(common.main("classroom", __doc__, rows))
