"""Feedback to each student's commit: the one part of a class's grading that has a token and runs no student's code."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from grader.ci import outbox
from grader.ci.github import GitHub, TokenRefused, Unreachable
from grader.errors import InfrastructureError
from grader.model import Outcome, Report, decode_report

TRIES = 12  # runs: a day, as often as the schedule looks
_IN_A_ROW = 3  # so many that GitHub did not answer, and the rest of them wait for the next run


def post(state: Path, github: GitHub, form: str) -> Counter[str]:
    """Posts what waits in the outbox; what cannot be posted stays there for the next run.

    Each carries a mark, and where one with this mark is there already, it is not posted again: GitHub may have taken
    it without an answer, or an earlier run may have been lost before it could note that it had posted.

    Args:
        state: the branch of the state.
        form: "check" (the token must be an App's) or "comment".

    Returns:
        How many were posted, wait, or were given up.

    Raises:
        InfrastructureError: GitHub does not take the token; all that is left waits.
    """
    markdown: Any = importlib.import_module("grader.reports.markdown")
    counts: Counter[str] = Counter()
    in_a_row = 0
    for letter in outbox.waiting(state):
        if in_a_row >= _IN_A_ROW:
            counts["not posted, tried again next time"] += 1
            continue
        report = decode_report(bytes(letter.report))
        words = markdown.summary(report)
        title = f"{letter.chapter.split('_')[0]}{' at the deadline' if letter.final else ''}"
        try:
            if form == "check":
                passed, remarks = report.outcome is Outcome.PASSED, at_lines(report, letter.path, letter.lines)
                github.check_run(letter.slug, letter.commit, title, words, remarks, passed=passed, mark=letter.mark)
            else:
                github.comment(letter.slug, letter.commit, words, letter.mark)
        except TokenRefused:
            raise  # no letter's fault: none has been tried in vain
        except InfrastructureError as error:
            in_a_row = in_a_row + 1 if isinstance(error, Unreachable) else 0
            again = letter.tries + 1 < TRIES
            if again:
                outbox.keep(state, msgspec.structs.replace(letter, tries=letter.tries + 1))
            else:
                outbox.drop(state, letter)
            counts["not posted, tried again next time" if again else "not posted, given up"] += 1
            counts[f"({error})"] += 1
            continue
        in_a_row = 0
        outbox.drop(state, letter)
        counts["posted"] += 1
    return counts


def at_lines(report: Report, path: str, lines: int) -> list[dict[str, Any]]:
    """The remarks at the student's lines, in the form of GitHub's checks.

    Args:
        path: of the file that was graded, from the root of the student's repository; empty: there is none to name.
        lines: how many it has. What names none of them, such as a wrong value, stands at the first.
    """
    markdown: Any = importlib.import_module("grader.reports.markdown")
    found = []
    for level, line, title, words in markdown.remarks(report) if path and lines else ():
        at = line if 1 <= line <= lines else 1
        one = {"path": path, "start_line": at, "end_line": at, "message": words or "(no words)"}
        one["annotation_level"] = "failure" if level == "error" else level
        found.append({**one, "title": title} if title else one)
    return found
