"""Grading one shard of a class with nothing of it in the log, and putting the shards together again."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from grader.atomic import write_atomic
from grader.ci.collect import Plan
from grader.ci.config import Assignment
from grader.ci.ledger import Attempt, Ledger
from grader.ci.outbox import enclose
from grader.errors import InfrastructureError, UsageError
from grader.model import Outcome, Report, decode_report
from grader.reports.gradebook import COLUMNS, escape, read_gradebook

# what a step's environment may hand on to the process that runs students' code
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "XDG_RUNTIME_DIR", "DOCKER_HOST")


def grade_shard(course: Path, shard: Path, out: Path, options: Iterable[str] = ()) -> Counter[str]:
    """Runs `grader grade-class` for each chapter of a shard; what it prints goes into a file, not into the log.

    Args:
        course: the course's root.
        shard: a folder of `collect`'s.
        out: results go to `out/CHAPTER/`.
        options: for `grade-class`, such as `--sandbox docker`.

    Returns:
        How many submissions have which outcome.

    Raises:
        InfrastructureError: a chapter could not be graded at all.
    """
    chapters = sorted(path for path in shard.iterdir() if path.is_dir()) if shard.is_dir() else []
    if not chapters:
        raise UsageError(f"{shard} holds no submissions; grader ci collect makes it")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    counts: Counter[str] = Counter()
    for folder in chapters:
        target = out / folder.name
        target.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "grader", "--course", str(course), "grade-class", folder.name, str(folder)]
        with (target / "log.txt").open("wb") as log:
            done = subprocess.run(
                [*command, "--out", str(target), *options],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        if not (target / "gradebook.csv").is_file():
            raise InfrastructureError(f"{folder.name} was not graded (exit code {done.returncode}); log.txt says why")
        counts.update(report.outcome.value for report in reports(target).values())
    return counts


def reports(folder: Path) -> dict[str, Report]:
    """The reports of a class: student -> report."""
    return {path.stem: decode_report(path.read_bytes()) for path in sorted((folder / "results").glob("*.json"))}


def join(
    plan: Plan, results: Path, state: Path, ledger: Ledger, keep: str, rules: Mapping[str, Assignment]
) -> Counter[str]:
    """Puts the results of all shards into one folder, and the attempts that count into the ledger.

    Args:
        plan: what was to be graded.
        results: holds `N/CHAPTER/` for each shard; a shard that is missing costs nobody anything.
        state: gets `gradebook.csv`, `results/CHAPTER/STUDENT.json`, `feedback/CHAPTER/STUDENT.html`, and
            what is to be posted.
        ledger: gets an attempt for each that the grader itself did not fail at.
        keep: "last" or "best": which of a student's gradings the gradebook shows.
        rules: of each chapter, by its id. They are asked again, since another run may have come between.

    Returns:
        How many were graded, and how many were not, through no fault of the students.
    """
    counts: Counter[str] = Counter()
    rows = _rows(state / "gradebook.csv")
    for entry in plan.entries:
        folder = results / str(entry.shard) / entry.chapter
        path = folder / "results" / f"{entry.student}.json"
        report = _report(path)
        if report is None or report.outcome is Outcome.INFRASTRUCTURE:
            counts["not graded, no attempt spent"] += 1
            continue
        if any(one.at > plan.at for one in ledger.of(entry.chapter, entry.student)):
            # what a slower run has graded is older than what the gradebook shows
            counts["overtaken, no attempt spent"] += 1
            continue
        if ledger.refusal(entry.chapter, entry.student, entry.commit, rules[entry.chapter], plan.at, final=entry.final):
            counts["counted already"] += 1
            continue
        counts["graded"] += 1
        if entry.slug:
            enclose(state, entry, report)
        ledger.add(entry.chapter, entry.student, Attempt(entry.commit, plan.at, entry.final))
        key = (entry.chapter, entry.student)
        row = _rows(folder / "gradebook.csv").get(key)
        if row is None or (keep == "best" and key in rows and _raw(rows[key]) > _raw(row)):
            continue
        rows[key] = {**row, "attempt": str(sum(not one.final for one in ledger.of(*key)) or 1)}
        for kind, ending in (("results", "json"), ("feedback", "html")):
            source = folder / kind / f"{entry.student}.{ending}"
            if source.is_file():
                place = state / kind / entry.chapter / source.name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, place)
    state.mkdir(parents=True, exist_ok=True)
    write_atomic(state / "gradebook.csv", _csv(rows.values()))
    return counts


def _report(path: Path) -> Report | None:
    """One report; None where there is none that can be read: that is a fault of the grader's too."""
    try:
        return decode_report(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def _rows(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    if not path.is_file():
        return {}
    return {(row["chapter"], row["student"]): row for row in read_gradebook(path.read_bytes())}


def _raw(row: dict[str, str]) -> float:
    try:
        return float(row["raw"])
    except ValueError:
        return 0.0


def _csv(rows: Iterable[dict[str, str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=lambda row: (row["chapter"], row["student"])):
        writer.writerow([escape(row[column]) for column in COLUMNS])
    return stream.getvalue().encode("utf-8", "backslashreplace")
