"""What the benchmarks share: what they are about, rows and how they are kept, the machine they ran on."""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader import course as courses
from grader.errors import GraderError
from grader.versions import all_installed

ROOT = courses.find_root(Path(__file__).parent)
CHAPTER, TASK = "ch4_optimizers", "momentum"
PAUSE = 3.0  # seconds between turns: the spare child is ready by then, as between two submissions of a quiet hour
LIBRARIES = ("tensorflow", "keras", "numpy", "nbgrader", "pytest")  # that the figures depend on


class Row(msgspec.Struct, frozen=True):
    """One line of the report: a figure that was aimed at, and what it was made of.

    Args:
        what: what was measured.
        against: what it is held against; empty where the figure speaks for itself.
        ours, theirs: the measured values, one a turn.
        figure: what the aim speaks of: a median, or the median of the turns' ratios.
        aim: what it should be; None: nothing was aimed at.
        sense: whether `aim` is a lower or an upper bound.
        unit: of `ours` and `theirs`.
        figure_unit: of `figure`.
        note: what a reader has to know; where the aim is missed, where the time goes.
    """

    what: str
    against: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    figure: float
    aim: float | None
    sense: Literal["at least", "at most"] = "at least"
    unit: str = "s"
    figure_unit: str = "×"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the figure is what was aimed at."""
        if self.aim is None:
            return None
        return self.figure >= self.aim if self.sense == "at least" else self.figure <= self.aim


class Group(msgspec.Struct, frozen=True):
    """Rows made in one run, and the command that makes them."""

    name: str
    command: str
    rows: tuple[Row, ...]
    machine: dict[str, Any]
    seconds: float
    text: str = ""  # Markdown that follows the rows


def times_less(what: str, against: str, ours: Sequence[float], theirs: Sequence[float], aim: float, **more: Any) -> Row:
    """A row that says how many times longer the other side takes: the median of the turns' ratios."""
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    return Row(what, against, tuple(ours), tuple(theirs), ratio, aim, **more)


def times_more(what: str, against: str, ours: Sequence[float], theirs: Sequence[float], aim: float, **more: Any) -> Row:
    """A row that says how many times longer ours takes than what it cannot do without."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Row(what, against, tuple(ours), tuple(theirs), ratio, aim, "at most", **more)


def at_most(what: str, ours: Sequence[float], aim: float, unit: str = "s", **more: Any) -> Row:
    """A row about the median itself."""
    return Row(what, "", tuple(ours), (), statistics.median(ours), aim, "at most", unit, unit, **more)


class Options(argparse.Namespace):
    """A benchmark's command line."""

    out: Path
    quick: bool


def main(name: str, doc: str | None, rows: Callable[[Options], tuple[Sequence[Row], str]]) -> int:
    """Runs one benchmark: `rows` returns the rows and Markdown to follow them."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "bench", help="where the report goes (build/bench)"
    )
    parser.add_argument("--quick", action="store_true", help="few turns: for a first look, not for the record")
    options = parser.parse_args(namespace=Options())
    options.out = options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    load, began = os.getloadavg()[0], time.monotonic()
    try:
        found, text = rows(options)
    except GraderError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    command = f"python -m benchmarks.{name}" + (" --quick" if options.quick else "")
    group = Group(name, command, tuple(found), machine(load), round(time.monotonic() - began, 1), text)
    (options.out / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(group), indent=2) + b"\n")
    (options.out / f"{name}.md").write_text(page(group))
    print(page(group))
    return 0


# --- pages ---


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    lines = [
        "| what | ours: median (range) | against | theirs: median (range) | figure | aim | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        aim = "" if row.aim is None else f"{row.sense} {_number(row.aim)} {row.figure_unit}"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        figure = f"**{_number(row.figure)} {row.figure_unit}**"
        cells = (row.what, spread(row.ours, row.unit), row.against, spread(row.theirs, row.unit), figure, aim, met)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values: Sequence[float], unit: str) -> str:
    """Median and range."""
    if not values:
        return ""
    if len(values) == 1:
        return f"{_number(values[0])} {unit}"
    return f"{_number(statistics.median(values))} {unit} ({_number(min(values))} to {_number(max(values))})"


def notes(rows: Sequence[Row]) -> str:
    """What is said of single rows."""
    return "\n\n".join(f"*{row.what}.* {row.note}" for row in rows if row.note)


def page(group: Group) -> str:
    """A benchmark's own page."""
    parts = [f"# {group.name.replace('_', ' ')}", table(group.rows), notes(group.rows), group.text]
    parts.append(f"{about(group.machine)} {group.seconds:.0f} s, by `{group.command}`.")
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def about(where: dict[str, Any]) -> str:
    """The machine in a sentence."""
    versions = ", ".join(f"{name} {version}" for name, version in where["versions"].items())
    return (
        f"{where['cores']} cores with a load of {where['load']:.1f} at the start, {where['processor']}, "
        f"{where['system']}; Python {where['python']}, {versions}; {where['commit']}."
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


# --- the machine ---


def machine(load: float) -> dict[str, Any]:
    """Where the figures were taken.

    Args:
        load: over the last minute before the first turn.
    """
    return {
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": load,
        "python": platform.python_version(),
        "versions": all_installed(LIBRARIES),
        "commit": commit(),
        "date": time.strftime("%Y-%m-%d"),
    }


def commit() -> str:
    """Which state of the repository was measured."""
    try:
        words = ["git", "describe", "--always", "--dirty"]
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "no commit known"
    return f"commit {run.stdout.strip()}"


def processor() -> str:
    """The processor's name."""
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


# --- running things ---


def timed(command: Sequence[str | Path], folder: Path = ROOT, expect: int = 0, **environment: str) -> float:
    """Seconds of wall time that a command takes; ends the benchmark where it does not end as expected."""
    began = time.perf_counter()
    run = subprocess.run(
        [*map(str, command)],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    if run.returncode != expect:
        words = " ".join(map(str, command))[:300]
        raise SystemExit(f"{words} ends with {run.returncode}:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")
    return seconds


def read(path: Path) -> Group:
    """A benchmark's rows as they were kept."""
    return msgspec.json.decode(path.read_bytes(), type=Group)
