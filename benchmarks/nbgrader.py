"""Times nbgrader's `autograde` over small classes of Momentum submissions, with three engines.

- nothing: nbgrader's own pipeline, and an engine that writes full marks without looking;
- ours: the same with this course's preprocessors, in the sandbox;
- stock: nbgrader as it comes, the same hidden tests run in the kernel, the reference's values read from a file.

Each is the whole command, from start to end, over 4 and over 8 submissions; the difference is what a submission
costs. All three run in the course's own environment, whose nbgrader is the same release as the peers'.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks import common, peers
from benchmarks.common import CHAPTER, ROOT, TASK, Options, Row
from benchmarks.one_more import RECORD
from benchmarks.reduced import reduced_course
from grader import render
from grader.model import Chapter

QUIET = peers.environment(Path(sys.executable))  # nbgrader calls alembic by its name
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


def rows(options: Options) -> tuple[list[Row], str]:
    """The three engines in turn over both sizes; what one more submission costs is the difference."""
    rounds = 1 if options.quick else 3
    root = options.out / "nbgrader"
    chapter = reduced_course(root)
    common.timed([sys.executable, "-c", RECORD.format(root=str(root))], **peers.QUIET)
    times: dict[str, dict[int, list[float]]] = {side: {size: [] for size in SIZES} for side in SIDES}
    for _ in range(rounds):
        for size in SIZES:
            for side in SIDES:
                times[side][size].append(timed(root, chapter, side, size))
    few, many = SIZES
    each = {
        side: [(b - a) / (many - few) for a, b in zip(found[few], found[many], strict=True)]
        for side, found in times.items()
    }
    whole = {
        side: [b + (CLASS - many) * one for b, one in zip(times[side][many], each[side], strict=True)] for side in SIDES
    }
    over = statistics.median(a - b for a, b in zip(each["ours"], each["nothing"], strict=True))
    found = [
        Row("nbgrader with this engine, one more submission", "with an engine that does nothing", tuple(each["ours"]),
            tuple(each["nothing"]), over, 0.4, "at most", figure_unit="s more"),
        common.times_less(f"nbgrader with this engine, a class of {CLASS} (drawn out from {few} and {many})",
                          "stock nbgrader", whole["ours"], whole["stock"], 8.0),
    ]  # fmt: skip
    parts = "".join(f"| {words} | {seconds:.2f} s |\n" for words, seconds in profile(root, chapter))
    return found, (
        f"Where nbgrader's own time goes with {many} submissions, under a profiler, which makes all of it slower; one "
        f"holds parts of another:\n\n| what | seconds |\n|---|---|\n{parts}"
    )


# --- the commands ---


def timed(root: Path, chapter: Chapter, side: str, size: int) -> float:
    """Seconds of one `autograde` over so many submissions, in a directory and with a gradebook of its own."""
    folder = prepared(root, chapter, side, size)
    seconds = common.timed([sys.executable, "-m", "nbgrader", "autograde", CHAPTER], folder, **QUIET)
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
            cell["source"] = peers.TESTS.format(repository=str(ROOT), namespace="globals()", root=str(root))
    peers.write(folder / "source" / CHAPTER / f"{chapter.module}.ipynb", book)
    config = CONFIG.format(root=str(root))
    if side != "ours":
        config += STOCK.format(engine={"nothing": "Nothing", "stock": "p.Execute"}[side])
    (folder / "nbgrader_config.py").write_text(config)
    common.timed([sys.executable, "-m", "nbgrader", "generate_assignment", CHAPTER], folder, **QUIET)
    for number in range(size):
        mine = peers.notebook(chapter)
        mine["cells"].append(mine["cells"][0] | {"id": f"mine-{number}", "metadata": {}, "source": f"Student {number}"})
        peers.write(folder / "submitted" / f"s{number}" / CHAPTER / f"{chapter.module}.ipynb", mine)
    return folder


# --- where nbgrader's own time goes ---


def profile(root: Path, chapter: Chapter) -> list[tuple[str, float]]:
    """Of one `autograde` over the larger class with the engine that does nothing: what and how many seconds."""
    folder = prepared(root, chapter, "nothing", max(SIZES))
    script = f"from benchmarks.nbgrader import profiled; profiled({str(folder)!r})"
    common.timed([sys.executable, "-c", script], folder, **QUIET)
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
    sys.exit(common.main("nbgrader", __doc__, rows))
