"""What became of each test, and what a task's fail means for the tasks that need it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from msgspec import Struct

from grader.differences import Difference
from grader.model import Answer, Chapter, Inputs, Outcome, Task

Visibility = Literal["public", "hidden"]
TOLD = (Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT, Outcome.MEMORY)  # where the call that it came from is told


class Record(Struct):
    """What became of one test with one set of parameters."""

    test: str  # the function's name
    params: str
    task: str
    visibility: Visibility
    claim: str
    properties: bool
    hint: str = ""  # of the claim's own, where its author has written one
    outcome: Outcome = Outcome.INFRASTRUCTURE
    words: str = ""  # a check's own words, for the student
    difference: Difference | None = None
    answer: Answer | None = None  # how the submission ended, where it gave no value
    choices: dict[str, Any] = {}
    probe: str = ""
    calls: list[Answer] = []  # what the submission answered,
    inputs: list[Inputs] = []  # and to what
    errors: list[float] = []  # of its comparisons, as multiples of what each allows
    seconds: float = 0.0


def failed_need(task: Task, records: Sequence[Record]) -> str:
    """A task that this one needs, that has failed; empty where none has."""
    failed = {record.task for record in records if record.outcome is not Outcome.PASSED}
    return next((need for need in task.needs if need in failed), "")


def settle_blocked(record: Record, need: str, untouched: Collection[str]) -> None:
    """The outcome of a test that is not run: blocked, or missing where nobody has begun the task."""
    if record.task in untouched:
        words = "this task is not written yet"
        record.outcome, record.answer, record.words = Outcome.MISSING, Answer(Outcome.MISSING, message=words), words
    else:
        record.outcome, record.words = Outcome.BLOCKED, f"needs {need}, which does not pass yet"


def block_the_rest(
    chapter: Chapter, records: Sequence[Record], verdicts: Collection[str], untouched: Collection[str]
) -> None:
    """Visible cases ran before the hidden ones that their task needs: what these say holds for both.

    Args:
        chapter: whose tasks; a need comes before the tasks that need it.
        records: of all tests.
        verdicts: tasks that were settled without running anything.
        untouched: tasks that nobody has begun.
    """
    for task in chapter.tasks:
        failed = failed_need(task, records)
        if not failed or task.id in verdicts:
            continue
        for record in records:
            if record.task == task.id:
                record.difference = record.answer = None
                record.calls, record.inputs = [], []
                settle_blocked(record, failed, untouched)
