"""What the benchmarks share: what they are about, the machine they ran on, how figures are summed up and kept."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
from pathlib import Path
from typing import Any

from grader import course as courses

ROOT = courses.find_root(Path(__file__).parent)
CHAPTER, TASK = "ch4_optimizers", "momentum"
PAUSE = 3.0  # seconds between turns: the spare child is ready by then, as between two submissions of a quiet hour


def parser(module: str, description: str | None) -> argparse.ArgumentParser:
    """The command line of one benchmark, with the option that all have."""
    found = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    found.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="where the report goes")
    return found


def load() -> float:
    """The machine's load over the last minute: to be asked before the first turn."""
    return os.getloadavg()[0]


def machine(load_before: float) -> dict[str, Any]:
    """Where the figures were taken."""
    return {"system": platform.platform(), "processor": processor(), "cores": os.cpu_count(), "load": load_before}


def processor() -> str:
    """The processor's name."""
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def summary(times: list[float]) -> dict[str, Any]:
    """Median, range and all of some seconds."""
    return {"median": statistics.median(times), "min": min(times), "max": max(times), "all": times}


def publish(report: dict[str, Any], page: str, out: Path, name: str) -> None:
    """Keeps the report as JSON and as a page, and prints the page."""
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    (out / f"{name}.md").write_text(page)
    print(page)
