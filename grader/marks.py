"""From the records of a task's tests to what the report says of it."""

from __future__ import annotations

from collections.abc import Sequence

from grader import feedback
from grader.model import Outcome, Snapshot, Task, TaskReport, TestReport
from grader.records import Record


def task_report(
    task: Task,
    mine: Sequence[Record],
    snapshot: Snapshot,
    visible: frozenset[feedback.Key],
    misconception: str,
    hint: str,
) -> TaskReport:
    """Splits a task's points over its hidden tests, all parameters of one or nothing, and puts each verdict into words.

    Args:
        task: the task.
        mine: the records of its tests.
        snapshot: the submission.
        visible: the exceptions that visible cases have shown.
        misconception: the known mistake that the submission shows, or "".
        hint: what to tell whoever fails.
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
        tests.append(
            TestReport(
                id=name,
                claim=worst.claim,
                outcome=worst.outcome,
                points=round(worth, 4),
                score=0.0 if failed else round(worth, 4),
                visibility=worst.visibility,
                message=feedback.message(worst, snapshot, visible),
                hint=hint if failed and worst.outcome not in (Outcome.BLOCKED, Outcome.INFRASTRUCTURE) else "",
                misconception=misconception if wrong else "",
                seconds=round(sum(record.seconds for record in group), 3),
            )
        )
    passed = sum(1 for test in tests if test.visibility == "hidden" and test.outcome is Outcome.PASSED)
    return TaskReport(
        id=task.id,
        title=task.title,
        score=round(task.points * passed / len(hidden), 4) if hidden else 0.0,
        max_score=task.points if hidden else 0.0,
        outcome=feedback.gravest(test.outcome for test in tests),
        tests=tuple(tests),
    )
