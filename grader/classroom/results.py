"""The rows of a class, read from the reports on the disk: never more than one report in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from grader.classroom.intake import Entry, submitted
from grader.classroom.overrides import Override
from grader.classroom.rules import Rules
from grader.classroom.work import ungraded
from grader.model import Chapter, Course, Outcome, Report, decode_report
from grader.reports.standing import Standing

RESULTS, ATTEMPTS, FEEDBACK = "results", "attempts", "feedback"


def place_of(entry: Entry, attempt: int, rules: Rules) -> str:
    """Where the report on an attempt lies in the output folder; attempts count from 1."""
    if rules.attempts == "best" and len(entry.attempts) > 1:
        return f"{ATTEMPTS}/{entry.student.id}/{attempt}.json"
    return f"{RESULTS}/{entry.student.id}.json"


def graded_attempts(entry: Entry, rules: Rules) -> list[int]:
    """Which attempts have to be graded."""
    count = len(entry.attempts)
    match rules.attempts:
        case "first":
            return [1] if count else []
        case "last":
            return [count] if count else []
        case _:
            return list(range(1, count + 1))


class Results:
    """All rows, in the order of the students; each time that one asks, anew from the disk.

    Args:
        out: the output folder.
        entries: who handed in what by id, in the order of the ids.
        faults: a report's place -> why it is not there.
    """

    def __init__(
        self,
        course: Course,
        chapter: Chapter,
        out: Path,
        entries: Mapping[str, Entry],
        rules: Rules,
        overrides: Mapping[str, Override],
        faults: Mapping[str, str],
    ) -> None:
        self._course, self._chapter, self._out = course, chapter, out
        self._entries, self._rules, self._overrides, self._faults = entries, rules, overrides, faults

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Standing]:
        for entry in self._entries.values():
            yield self.of(entry)

    def of(self, entry: Entry) -> Standing:
        """One student's row: the attempt that counts."""
        if not entry.attempts:
            report = ungraded(self._course, self._chapter, entry.student.id, Outcome.MISSING, "nothing was handed in")
            return self._judged(entry, 0, msgspec.structs.replace(report, started=""), 0, 0.0)
        found = []
        for attempt in graded_attempts(entry, self._rules):
            report = self._report(entry, attempt)
            days = self._days(entry, attempt)
            penalty = self._rules.penalty(report.score, days)
            # a broken grader never is the better attempt; of equals the first counts
            rank = (report.outcome is not Outcome.INFRASTRUCTURE, report.score - penalty, -attempt)
            found.append((rank, attempt, report, days, penalty))
        _, attempt, report, days, penalty = max(found, key=lambda one: one[0])
        failures = sum(one[1] != attempt and one[2].outcome is Outcome.INFRASTRUCTURE for one in found)
        return self._judged(entry, attempt, report, days, penalty, failures)

    def _judged(
        self, entry: Entry, attempt: int, report: Report, days: int, penalty: float, failures: int = 0
    ) -> Standing:
        said = self._overrides.get(entry.student.id)
        final, comment = report.score - penalty, ""
        overridden: tuple[tuple[str, float], ...] = ()
        if said is not None:
            comment = "\n".join(said.comments)
            overridden = (*sorted(said.tasks.items()), *([("", said.total)] if said.total is not None else []))
            if said.tasks:
                raw = sum(said.tasks.get(task.id, task.score) for task in report.tasks)
                penalty = self._rules.penalty(raw, days)
                final = raw - penalty
            if said.total is not None:
                final, penalty = said.total, 0.0
        return Standing(
            entry.student, report, attempt, len(entry.attempts), days, penalty, round(final, 4), overridden, comment,
            submitted=bool(entry.attempts), ungraded=failures,
        )  # fmt: skip

    def _report(self, entry: Entry, attempt: int) -> Report:
        place = place_of(entry, attempt, self._rules)
        words = self._faults.get(place, "")
        if not words:
            try:
                return decode_report((self._out / place).read_bytes())
            except OSError as error:
                words = f"the report cannot be read: {error.strerror}"
            except msgspec.DecodeError:
                words = "the report is damaged"
        return ungraded(self._course, self._chapter, entry.student.id, Outcome.INFRASTRUCTURE, words)

    def _days(self, entry: Entry, attempt: int) -> int:
        handed_in = entry.attempts[attempt - 1]
        moment = self._rules.submitted.get(entry.student.id)
        if self._rules.deadline is None or (moment is None and handed_in.platform == "canvas"):
            return int(handed_in.late and self._rules.deadline is not None)  # its files have no time, its word counts
        try:
            return self._rules.days_late(entry.student, moment or submitted(handed_in))
        except OSError:
            return 0
