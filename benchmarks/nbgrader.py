"""Times nbgrader's `autograde` over small classes of Momentum submissions, with three engines.

- nothing: nbgrader's own pipeline, and an engine that writes full marks without looking;
- ours: the same with this course's preprocessors, in the sandbox;
- stock: nbgrader as it comes, the same hidden tests run in the kernel, the reference's values read from a file.

Each is the whole command, from start to end, over 4 and over 8 submissions; the difference is what a submission
costs. Writes `build/bench/nbgrader.md` and `nbgrader.json`.
"""

from __future__ import annotations

import ast
import cProfile
import json
import os
import pickle
import pstats
import re
import shutil
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

from benchmarks import common
from benchmarks.common import CHAPTER, ROOT, TASK
from grader import course as courses
from grader import regions, render, wire
from grader.model import Chapter, Inputs

SIDES = ("nothing", "ours", "stock")
SIZES = (4, 8)
CLASS = 40  # what the figures are drawn out to
CONFIG = """\
from pathlib import Path
from grader.nbgrader_engine import configure
c = get_config()
configure(c, Path({root!r}))
"""
STOCK = """\
from benchmarks.nbgrader import Nothing
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader import preprocessors as p
c.Autograde.sanitize_preprocessors = [
    p.ClearOutput, p.DeduplicateIds, p.OverwriteKernelspec, p.OverwriteCells, p.CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    {engine}, p.IgnorePattern, ClearMetadataPreprocessor, p.LimitOutput, p.SaveAutoGrades, p.AssignLatePenalties,
    p.CheckCellMetadata]
del c.Autograde.exporter_class
del c.Autograde.pre_convert_hook
"""
TESTS = """\
import sys
sys.path.insert(0, {repository!r})
from benchmarks.nbgrader import in_kernel
in_kernel(globals(), {root!r})
"""


def main() -> int:
    parser = common.parser("benchmarks.nbgrader", __doc__)
    parser.add_argument("--rounds", type=int, default=2, help="turns of each side (default: 2)")
    parser.add_argument("--side", choices=SIDES, action="append", help="only this side (default: all)")
    options = parser.parse_args()
    root = options.out.resolve() / "nbgrader"
    shutil.rmtree(root, ignore_errors=True)
    chapter = reduced_course(root)
    record = f"from benchmarks.nbgrader import record; record({str(root)!r})"
    _run([sys.executable, "-c", record], root)
    load = common.load()
    sides = tuple(options.side or SIDES)
    times: dict[str, dict[int, list[float]]] = {side: {size: [] for size in SIZES} for side in sides}
    for _ in range(options.rounds):
        for size in SIZES:
            for side in sides:
                times[side][size].append(timed(root, chapter, side, size))
    report = {
        "times": times,
        "machine": common.machine(load),
        "profile": profile(root, chapter) if "nothing" in sides else [],
        "command": "python -m benchmarks.nbgrader",
    }
    common.publish(report, markdown(report), options.out, "nbgrader")
    return 0


# --- the small course ---


def reduced_course(root: Path) -> Chapter:
    """Chapter 4 with one task, so that all sides have the same tests to run."""
    course = courses.load(ROOT)
    whole = course.chapter(CHAPTER)
    assert whole.solutions is not None
    root.mkdir(parents=True)
    listed = re.sub(r"^chapters = .*$", f'chapters = ["{CHAPTER}"]', (ROOT / "course.toml").read_text(), flags=re.M)
    (root / "course.toml").write_text(listed)
    ignore = shutil.ignore_patterns("__pycache__", "mutants", "alternates")
    shutil.copytree(whole.exercises, root / "exercises" / CHAPTER, ignore=ignore)
    shutil.copytree(whole.solutions, root / "solutions" / CHAPTER, ignore=ignore)
    shutil.copy(course.runtime, root / "exercises")
    shutil.copytree(ROOT / "exercises" / "data", root / "exercises" / "data")
    settings = root / "exercises" / CHAPTER / "chapter.toml"
    head, *tasks = settings.read_text().split("[[tasks]]")
    settings.write_text("[[tasks]]".join([head, *(task for task in tasks if f'id = "{TASK}"' in task)]))
    source = root / "solutions" / CHAPTER / f"{whole.module}.py"
    source.write_text(re.sub(rf"^ *#: (begin|end) (?!{TASK}\.).*\n", "", source.read_text(), flags=re.M))
    hints = root / "exercises" / CHAPTER / "hints.md"
    head, *parts = re.split(r"^(?=## )", hints.read_text(), flags=re.M)
    hints.write_text(head + "".join(part for part in parts if part.startswith(f"## {TASK}\n")))
    for suite in (source.with_name("test_hidden.py"), settings.with_name("test_public.py")):
        tree = ast.parse(suite.read_text())
        tree.body = [node for node in tree.body if not _of_another_task(node)]
        suite.write_text(ast.unparse(tree) + "\n")
    return courses.load(root).chapters[0]


def _of_another_task(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
        return False
    return not any(f"task('{TASK}')" in ast.unparse(mark) for mark in node.decorator_list)


def timed(root: Path, chapter: Chapter, side: str, size: int) -> float:
    """Seconds of one `autograde` over so many submissions, in a directory and with a gradebook of its own."""
    folder = prepared(root, chapter, side, size)
    began = time.perf_counter()
    _run([sys.executable, "-m", "nbgrader", "autograde", CHAPTER], folder)
    seconds = time.perf_counter() - began
    for number in range(size):
        text = (folder / "autograded" / f"s{number}" / CHAPTER / f"{chapter.module}.ipynb").read_text()
        wanted = {"ours": "passed, 3 of 3 points", "stock": " passed", "nothing": '"3"'}[side]
        if wanted not in text or (side == "stock" and '"error"' in text):
            raise SystemExit(f"{side}: a submission was not graded as it should be: {folder}")
    return seconds


def prepared(root: Path, chapter: Chapter, side: str, size: int) -> Path:
    """A course directory with a released assignment and a class."""
    folder = root / side
    shutil.rmtree(folder, ignore_errors=True)
    book = json.loads(render.source_notebook(chapter))
    for cell in book["cells"]:
        if cell["id"] == f"{TASK}-grade" and side == "stock":
            cell["source"] = TESTS.format(repository=str(ROOT), root=str(root))
    _write(folder / "source" / CHAPTER / f"{chapter.module}.ipynb", book)
    config = CONFIG.format(root=str(root))
    if side != "ours":
        config += STOCK.format(engine={"nothing": "Nothing", "stock": "p.Execute"}[side])
    (folder / "nbgrader_config.py").write_text(config)
    _run([sys.executable, "-m", "nbgrader", "generate_assignment", CHAPTER], folder)
    for cell in book["cells"]:
        if cell["id"] == TASK:
            cell["source"] = regions.unmark("".join(cell["source"]), TASK)
    for number in range(size):
        mine = json.loads(json.dumps(book))
        mine["cells"].append(mine["cells"][0] | {"id": f"mine-{number}", "metadata": {}, "source": f"Student {number}"})
        _write(folder / "submitted" / f"s{number}" / CHAPTER / f"{chapter.module}.ipynb", mine)
    return folder


def _write(path: Path, book: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(book))


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")


# --- what runs in the kernel ---


class Tests:
    """A pytest plugin that offers the fixtures of the hidden suite, for a program in this process."""

    def __init__(self, program: types.ModuleType, root: Path, record: bool) -> None:
        from benchmarks.naive import _load

        chapter = courses.load(root).chapters[0]
        sys.path.insert(0, str(chapter.exercises))
        self.program = program
        self.runtime = _load("bench_runtime", courses.load(root).runtime)
        self.cases = _load("bench_cases", chapter.exercises / "cases.py")
        self.probes = _load("bench_probes", chapter.exercises / "probes.py")
        self.answers: dict[str, bytes] = {} if record else pickle.loads((root / "answers.pickle").read_bytes())
        self.record = record

    def run(self, inputs: Inputs) -> bytes:
        self.runtime.reseed(0)
        return wire.encode({"value": getattr(self.probes, inputs.probe)(self.program, inputs.values)})

    @pytest.fixture
    def case(self, request: pytest.FixtureRequest) -> Any:
        import zlib

        import numpy as np

        def draw(name: str, **choices: Any) -> Inputs:
            rng = np.random.default_rng(zlib.crc32(f"{request.node.name} {name} {choices}".encode()))
            return Inputs(probe=name, values=getattr(self.cases, name)(rng, **choices), choices=choices)

        return draw

    @pytest.fixture
    def submission(self) -> Any:
        return lambda inputs: wire.decode(self.run(inputs))["value"]

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Any:
        calls = 0

        def answer(inputs: Inputs) -> Any:
            nonlocal calls
            calls += 1
            key = f"{request.node.name} {calls}"
            if self.record:
                self.answers[key] = self.run(inputs)
            return wire.decode(self.answers[key])["value"]

        return answer


def in_kernel(namespace: dict[str, Any], root: str) -> None:
    """The hidden tests on what a notebook's cells have defined. Raises AssertionError where one fails."""
    program = types.ModuleType("student")
    program.__dict__.update(namespace)
    _pytest(Tests(program, Path(root), record=False), Path(root))


def record(root: str) -> None:
    """Writes the reference's values for `in_kernel`."""
    from benchmarks.naive import _load

    chapter = courses.load(Path(root)).chapters[0]
    assert chapter.solutions is not None
    sys.path.insert(0, str(chapter.exercises))
    tests = Tests(_load("solution", chapter.solutions / f"{chapter.module}.py"), Path(root), record=True)
    _pytest(tests, Path(root))
    (Path(root) / "answers.pickle").write_bytes(pickle.dumps(tests.answers))


def _pytest(tests: Tests, root: Path) -> None:
    suite = root / "solutions" / CHAPTER / "test_hidden.py"
    options = ["-q", "-c", os.devnull, "--rootdir", str(root), "-p", "no:cacheprovider", "-p", "no:warnings"]
    assert pytest.main([*options, str(suite)], plugins=[tests]) == 0


# --- where nbgrader's own time goes ---


def profile(root: Path, chapter: Chapter) -> list[tuple[str, float]]:
    """Of one `autograde` over the larger class with the engine that does nothing: what and how many seconds."""
    folder = prepared(root, chapter, "nothing", max(SIZES))
    script = f"from benchmarks.nbgrader import profiled; profiled({str(folder)!r})"
    _run([sys.executable, "-c", script], folder)
    stats = pstats.Stats(str(folder / "profile")).get_stats_profile().func_profiles
    wanted = {
        "start": "all of it, after importing nbgrader",
        "init_assignment": "setting up a submission in the gradebook, copying files",
        "_execute_internal": "SQL, of whatever step",
        "get_notebook_language": "",
        "validate": "validating notebooks against nbformat's schema",
        "validate_nb": "validating nbgrader's metadata, twice a submission",
        "deepcopy": "copying notebooks before each step",
        "write": "writing notebooks",
    }
    found = [(words, stats[name].cumtime) for name, words in wanted.items() if words and name in stats]
    return sorted(found, key=lambda pair: -pair[1])


def profiled(folder: str) -> None:
    """Runs `autograde` in this process under a profiler."""
    from jupyter_core.application import NoStart
    from nbgrader.apps.nbgraderapp import NbGraderApp

    app = NbGraderApp.instance()
    app.initialize(["autograde", CHAPTER])
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        app.start()
    except NoStart:
        pass
    profiler.disable()
    profiler.dump_stats(Path(folder) / "profile")


def markdown(report: dict[str, Any]) -> str:
    """The report as a page."""
    few, many = SIZES
    best = {side: {size: min(found) for size, found in times.items()} for side, times in report["times"].items()}
    each = {side: (found[many] - found[few]) / (many - few) for side, found in best.items()}
    names = {
        "nothing": "an engine that does nothing",
        "ours": "this engine, in the sandbox",
        "stock": "stock, in a kernel",
    }
    rows = [
        f"| {names[side]} | {found[few]:.1f} s | {found[many]:.1f} s | {each[side]:.2f} s "
        f"| {found[many] + (CLASS - many) * each[side]:.0f} s |"
        for side, found in best.items()
    ]
    machine = report["machine"]
    said = []
    if {"ours", "nothing"} <= set(each):
        said.append(f"Over an engine that does nothing ours costs {each['ours'] - each['nothing']:.2f} s a submission.")
    if {"ours", "stock"} <= set(each):
        whole = {side: found[many] + (CLASS - many) * each[side] for side, found in best.items()}
        said.append(f"At {CLASS} submissions stock takes {whole['stock'] / whole['ours']:.1f} times as long.")
    lines = [f"| {words} | {seconds:.2f} s |" for words, seconds in report["profile"]]
    return "\n".join(
        [
            "# nbgrader: autograde over a class",
            "",
            f"The task {TASK} of chapter 4, its hidden tests; the best of {len(report['times'][next(iter(best))][few])}"
            " runs of the whole command.",
            "",
            f"| engine | {few} submissions | {many} submissions | one more | {CLASS}, drawn out |",
            "|---|---|---|---|---|",
            *rows,
            "",
            " ".join(said),
            "",
            f"Where nbgrader's own time goes with {many} submissions, under a profiler, which makes all of it slower;",
            "one holds parts of another:",
            "",
            "| what | seconds |",
            "|---|---|",
            *lines,
            "",
            f"{machine['cores']} cores with a load of {machine['load']:.1f} at the start, {machine['processor']}."
            f" Made by `{report['command']}`.",
            "",
        ]
    )


def __getattr__(name: str) -> Any:
    """`Nothing`, for the configuration alone: importing nbgrader takes a second."""
    if name != "Nothing":
        raise AttributeError(name)
    from nbformat.v4 import new_output
    from nbgrader import utils
    from nbgrader.preprocessors import NbGraderPreprocessor

    class Nothing(NbGraderPreprocessor):  # type: ignore[misc]
        """Full marks for everyone."""

        def preprocess(self, nb: Any, resources: Any) -> Any:
            for cell in nb.cells:
                if cell.cell_type == "code" and utils.is_grade(cell):
                    points = f"{cell.metadata.nbgrader['points']:g}"
                    cell.outputs = [new_output("execute_result", data={"text/plain": points}, execution_count=1)]
            return nb, resources

    return Nothing


if __name__ == "__main__":
    sys.exit(main())
