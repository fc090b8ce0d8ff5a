"""GitHub Classroom's autograding format: the results that its reporter takes, and the notices that it reads.

Version 1, as `autograding-grading-reporter` of GitHub's has it. Everything that may come from a student is cleaned;
JSON and the notices' escapes do the rest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from grader.model import Outcome, Report, TaskReport
from grader.reports import text

_STATUS = {Outcome.PASSED: "pass", Outcome.INFRASTRUCTURE: "error"}


def encode(reports: Sequence[Report]) -> bytes:
    """The results as JSON: a test a task. Without the hidden suite a task counts its visible cases, one point each."""
    tests = [_test(report, task) for report in reports for task in report.tasks]
    gravest = "error" if any(test["status"] == "error" for test in tests) else "fail"
    results = {
        "version": 1,
        "status": "pass" if all(test["status"] == "pass" for test in tests) else gravest,
        "max_score": totals(reports)[1],
        "tests": tests,
    }
    return (json.dumps(results, indent=2) + "\n").encode()


def totals(reports: Sequence[Report]) -> tuple[float, float]:
    """The points, and how many there are."""
    pairs = [_score(report, task) for report in reports for task in report.tasks]
    return _whole(sum(score for score, _ in pairs)), _whole(sum(most for _, most in pairs))


def _test(report: Report, task: TaskReport) -> dict[str, object]:
    score, most = _score(report, task)
    failing = text.failing(task)
    said = [words for test in failing[:1] for words in (test.claim, test.message, test.hint) if words]
    if not said and task.outcome is Outcome.BLOCKED:
        said = ["blocked: a task that it needs does not pass yet"]
    key = report.chapter.split("_")[0]
    return {
        "name": f"{key} {text.line(task.id, 60)}: {text.line(task.title, 100)}",
        "status": _STATUS.get(task.outcome, "fail"),
        "score": score,
        "max_score": most,
        "message": text.clean("\n".join(said), 1000) or None,
        "test_code": f"make test-{key} TASK={text.line(task.id, 60)}",
        "filename": "",
        "line_no": 0,
        "duration": 0,  # the same work gives the same file
    }


def _score(report: Report, task: TaskReport) -> tuple[float, float]:
    if text.hidden_suite(report):
        return _whole(task.score), _whole(task.max_score)
    return float(sum(test.outcome is Outcome.PASSED for test in task.tests)), float(len(task.tests))


def _whole(number: float) -> float:
    return round(number, 2)
