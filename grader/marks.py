"""From the records of a task's tests to what the report says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from grader import feedback
from grader.diagnosis import Diagnosis
from grader.model import Outcome, Task, TaskReport, TestReport
from grader.records import Record


class Words(Struct, frozen=True):
    """What is said of a task's tests."""

    message: Callable[[Record], str]  # the verdict
    snippet: Callable[[Record], str]  # lines that show a fault again
    waits: Callable[[Record], str]  # the other task that a claim waits for
    found: Diagnosis = Diagnosis()
    begun: Callable[[], str] = str  # what there is already of a task that is missing


# what is no misunderstanding of the task: a hint for the task would only lead astray
PLAIN = {
    *("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "TabError"),
    *("BdbQuit", "EOFError"),  # breakpoint() and input()
}


def _speaks(record: Record, found: Diagnosis) -> bool:
    """Whether the verdict says all there is to say, so that a hint for the task is of no use."""
    if found.misconception:
        return False
    exception = record.answer.exception if record.answer is not None else ""
    return record.outcome in (Outcome.FORBIDDEN, Outcome.TIMEOUT) or exception in PLAIN


def task_report(task: Task, mine: Sequence[Record], words: Words) -> TaskReport:
    """Splits a task's points over its hidden tests, all parameters of one or nothing, and puts each verdict into words.

    Args:
        task: the task.
        mine: the records of its tests.
        words: what to say of them.
    """
    names = list(dict.fromkeys(record.test for record in mine))
    hidden = {record.test for record in mine if record.visibility == "hidden"}
    points = task.points / len(hidden) if hidden else 0.0
    tests = []
    for name in names:
        group = [record for record in mine if record.test == name]
        failed = [record for record in group if record.outcome is not Outcome.PASSED]
        worst = failed[0] if failed else group[0]
        worth = points if name in hidden else 0.0
        wrong = worst.outcome is Outcome.FAILED
        advised = bool(failed) and worst.outcome not in (Outcome.BLOCKED, Outcome.INFRASTRUCTURE)
        tests.append(
            TestReport(
                id=name,
                claim=worst.claim,
                outcome=worst.outcome,
                points=round(worth, 4),
                score=0.0 if failed else round(worth, 4),
                visibility=worst.visibility,
                message=words.message(worst),
                hint=words.found.hints.get(name, words.found.hint)
                if advised and not _speaks(worst, words.found)
                else "",
                misconception=words.found.misconception if wrong else "",
                seconds=round(sum(record.seconds for record in group), 3),
                snippet=words.snippet(worst),
                waits=words.waits(worst),
            )
        )
    passed = sum(1 for test in tests if test.visibility == "hidden" and test.outcome is Outcome.PASSED)
    outcome = feedback.of_task(test.outcome for test in tests)
    missing = outcome is Outcome.MISSING
    if not missing:  # what waits for another task is not helped by this one's hint
        tests = [replace(test, hint="") if test.outcome is Outcome.MISSING else test for test in tests]
    done = outcome is Outcome.PASSED
    return TaskReport(
        id=task.id,
        title=task.title,
        score=round(task.points * passed / len(hidden), 4) if hidden else 0.0,
        max_score=task.points if hidden else 0.0,
        outcome=outcome,
        tests=tuple(tests),
        section="" if done else task.section,
        style=task.style if done else "",
        builtin=task.builtin if done else "",
        begun=words.begun() if missing else "",
    )
