"""Feedback to each student's commit: the one part of a class's grading that has a token and runs no student's code."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from typing import Any

from grader.ci.collect import Plan
from grader.ci.github import GitHub
from grader.errors import InfrastructureError
from grader.model import Outcome, decode_report


def post(plan: Plan, results: Path, github: GitHub, form: str) -> Counter[str]:
    """Posts what was graded in this run.

    Args:
        form: "check" (the token must be an App's) or "comment".

    Returns:
        How many were posted, and how many could not be.
    """
    markdown: Any = importlib.import_module("grader.reports.markdown")
    counts: Counter[str] = Counter()
    for entry in plan.entries:
        path = results / str(entry.shard) / entry.chapter / "results" / f"{entry.student}.json"
        report = decode_report(path.read_bytes()) if path.is_file() else None
        if report is None or report.outcome is Outcome.INFRASTRUCTURE or not entry.slug:
            counts["without feedback"] += 1
            continue
        words = markdown.summary(report)
        title = f"{entry.chapter.split('_')[0]}{' at the deadline' if entry.final else ''}"
        try:
            if form == "check":
                github.check_run(entry.slug, entry.commit, title, words, passed=report.outcome is Outcome.PASSED)
            else:
                github.comment(entry.slug, entry.commit, words)
            counts["posted"] += 1
        except InfrastructureError:
            counts["not posted"] += 1
    return counts
