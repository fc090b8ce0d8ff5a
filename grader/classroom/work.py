"""What a worker does: one snapshot -> one report, with a grader that stays warm. It never raises.

One process grades one submission at a time: a `Grader` is not safe between threads.
"""

from __future__ import annotations

import atexit
import datetime
import threading
from typing import Protocol

from msgspec import Struct

from grader import __version__
from grader.classroom.conditions import Conditions, check
from grader.errors import AuthorError, InfrastructureError, SubmissionError
from grader.grade import Grader
from grader.model import Chapter, Course, Outcome, Report, Snapshot, TaskReport, encode_report
from grader.reports import text

_warm: dict[Conditions, Grader] = {}
_lock = threading.Lock()  # a worker of several threads may get work before it is found and refused


class Done(Struct, frozen=True):
    """What came of one grading."""

    data: bytes  # the report as JSON
    outcome: Outcome
    failed: str = ""  # the grader's own failure: nothing was graded
    fault: str = ""  # the course's own files are at fault: nothing can be graded


class Grades(Protocol):
    """What `grade.Grader` does, as far as a class needs it."""

    @property
    def course(self) -> Course:
        """The course that it grades."""

    def grade(self, chapter: Chapter, snapshot: Snapshot, student: str = "") -> Report:
        """Grades one submission."""


def work(told: Conditions, snapshot: Snapshot, student: str) -> Done:
    """Grades in this process, which keeps its grader for the next time."""
    with _lock:
        try:
            grader = _grader(told)
        except AuthorError as error:
            return Done(b"", Outcome.INFRASTRUCTURE, fault=str(error))
        except Exception as error:
            return Done(b"", Outcome.INFRASTRUCTURE, failed=_words(error))
        return grade_one(grader, grader.course.chapter(told.chapter), snapshot, student)


def grade_one(grader: Grades, chapter: Chapter, snapshot: Snapshot, student: str) -> Done:
    """A report, whatever happens; a fault of the engine's own must not cost the rest of the class their grades."""
    try:
        report = grader.grade(chapter, snapshot, student)
        return Done(encode_report(report), report.outcome)
    except SubmissionError as error:
        return Done(encode_report(ungraded(grader.course, chapter, student, Outcome.ERROR, str(error))), Outcome.ERROR)
    except AuthorError as error:
        return Done(b"", Outcome.INFRASTRUCTURE, fault=str(error))
    except Exception as error:
        return Done(b"", Outcome.INFRASTRUCTURE, failed=_words(error))


def ungraded(course: Course, chapter: Chapter, student: str, outcome: Outcome, words: str) -> Report:
    """The report on a submission that was not graded: every task ends the same way, a note says why."""
    hidden = chapter.solutions is not None
    tasks = tuple(
        TaskReport(task.id, task.title, 0.0, task.points if hidden else 0.0, outcome, ()) for task in chapter.tasks
    )
    return Report(
        course=course.id,
        chapter=chapter.id,
        student=student,
        submission="",
        suite="",
        engine=__version__,
        environment={},
        seed_id="",
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seconds=0.0,
        score=0.0,
        max_score=sum(task.max_score for task in tasks),
        outcome=outcome,
        tasks=tasks,
        notes=(text.line(words, 500),) if words else (),
    )


def _grader(told: Conditions) -> Grader:
    if told not in _warm:
        from grader.course import load

        while _warm:
            _warm.popitem()[1].close()
        _warm[told] = Grader(load(check(told)), told.sandbox, told.device, told.seed, told.cache, image=told.image)
        atexit.register(_close)
    return _warm[told]


def _close() -> None:
    while _warm:
        _warm.popitem()[1].close()


def _words(error: Exception) -> str:
    if isinstance(error, InfrastructureError):
        return str(error)
    return f"{type(error).__name__}: {error}"
