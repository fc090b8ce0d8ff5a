"""`overrides.csv`: points that a person set, and comments. No grading touches the file."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from grader.classroom import tables
from grader.errors import UsageError
from grader.model import Chapter
from grader.reports import text

COLUMNS = {
    "student": ("id", "student id"),
    "task": (),
    "score": ("points", "grade"),
    "comment": ("comments", "feedback", "reason"),
}


class Override(Struct):
    """What a person said of one student's work."""

    tasks: dict[str, float]
    total: float | None = None
    comments: tuple[str, ...] = ()


def read_overrides(path: Path, chapter: Chapter) -> dict[str, Override]:
    """A student's id -> what was said; columns `student, task, score, comment`.

    An empty task means the total, which is then final; an empty score leaves the points as they are.

    Raises:
        UsageError: no such table, a task that is not there, more points than there are.
    """
    found: dict[str, Override] = {}
    most = {task.id: task.points for task in chapter.tasks}
    for line, row in tables.rows(path, COLUMNS, ("student",)):
        where = f"{text.line(str(path), 120)}, line {line}"
        if not row["student"]:
            raise UsageError(f"{where}: there is no student")
        override = found.setdefault(text.identifier(row["student"]), Override({}))
        task, score = row.get("task", ""), row.get("score", "")
        if task and task not in most:
            raise UsageError(f"{where}: {chapter.key} has no task {text.line(task, 40)!r}; it has {', '.join(most)}")
        if score:
            value = tables.number(score, "the score", path, line)
            if task and value > most[task]:
                raise UsageError(f"{where}: {task} is worth {text.points(most[task])} points at most")
            if task:
                override.tasks[task] = value
            else:
                override.total = value
        if row.get("comment"):
            said = f"{task}: {row['comment']}" if task else row["comment"]
            override.comments += (text.clean(said, 2000),)
    return found
