"""A folder of submissions -> a report each, a gradebook and pages.

Files are the truth: a report is on the disk before the next submission is begun; the gradebook and the pages
are made of reports alone.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader import __version__, submission
from grader.atomic import write_atomic
from grader.errors import AuthorError, InfrastructureError, SubmissionError, UsageError
from grader.model import Chapter, Course, Outcome, Report, Snapshot, TaskReport, encode_report
from grader.reports import html, text
from grader.reports.gradebook import gradebook

ENDINGS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar", ".zip", ".py", ".ipynb")
MAX_ENTRIES = 20_000
HOPELESS = 3  # failures of the grader in a row, after which the rest is not tried

Say = Callable[[Report], None]


class Grades(Protocol):
    """What `grade.Grader` does, as far as a class needs it."""

    @property
    def course(self) -> Course:
        """The course that it grades."""

    def grade(self, chapter: Chapter, snapshot: Snapshot, student: str = "") -> Report:
        """Grades one submission."""


def grade_class(
    grader: Grades, chapter: Chapter, folder: Path, out: Path, progress: Console | None = None
) -> list[Report]:
    """Grades every submission in `folder`.

    Args:
        grader: an open grader.
        chapter: which chapter.
        folder: a folder, file or archive a student, called after the student; README files, dotfiles and
            names that begin with two underscores are left out.
        out: where `results/STUDENT.json`, `feedback/STUDENT.html`, `gradebook.csv`, `report.html` and
            `times.json` go.
        progress: where to show how far it is; None: nowhere.

    Returns:
        The reports, by student. A submission that cannot be graded has one too: its tasks are errors, its
        note says why. So has one at which the grader failed (`infrastructure`).

    Raises:
        UsageError: no such folder, nothing in it, two submissions of one student, or an unusable `out`.
        InfrastructureError: the grader failed several times in a row.
        AuthorError: the course itself is at fault.
    """
    entries = submissions(folder, out)
    reports: list[Report] = []
    try:
        for name in ("results", "feedback"):
            (out / name).mkdir(parents=True, exist_ok=True)
        with _shown(progress, len(entries)) as say:
            for student, path in entries.items():
                report, data = _grade(grader, chapter, path, student)
                write_atomic(out / "results" / f"{student}.json", data)
                write_atomic(out / "feedback" / f"{student}.html", html.feedback_page(report))
                reports.append(report)
                say(report)
                _stop_if_hopeless(reports)
        write_atomic(out / "gradebook.csv", gradebook(reports))
        write_atomic(out / "report.html", html.class_page(reports))
        write_atomic(out / "times.json", _times(reports))
    except OSError as error:
        raise UsageError(f"{error.filename or out} cannot be written: {error.strerror}") from error
    return reports


def submissions(folder: Path, out: Path | None = None) -> dict[str, Path]:
    """The submissions in a folder: a student's id -> the path, in the order of the ids.

    Raises:
        UsageError: it is no folder or cannot be read, holds none or too many, `out`, or two of one student.
    """
    shown = text.line(os.fsdecode(folder), 200)
    try:
        if not folder.is_dir():
            raise UsageError(f"{shown} is not a folder of submissions: it holds a file, folder or archive a student")
        if out is not None and out.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"the results cannot go among the submissions: choose a --out outside {shown}")
        names = sorted(entry.name for entry in os.scandir(folder) if not _left_out(entry.name))
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from error
    if not names:
        raise UsageError(f"{shown} holds no submissions: it should hold a file, folder or archive a student")
    if len(names) > MAX_ENTRIES:
        raise UsageError(f"{shown} holds {len(names)} entries, more than {MAX_ENTRIES}")
    found: dict[str, str] = {}
    for name in names:
        student = text.identifier(_stem(folder, name))
        # two ids that differ by case alone would be one file on some systems
        other = found.setdefault(student.casefold(), name)
        if other != name:
            both = f"{text.line(other, 80)} and {text.line(name, 80)}"
            raise UsageError(f"{shown} holds two submissions of {student}: {both}; keep one")
    return dict(sorted((text.identifier(_stem(folder, name)), folder / name) for name in names))


def _left_out(name: str) -> bool:
    return name.startswith((".", "__")) or name.split(".")[0].upper() == "README"


def _stem(folder: Path, name: str) -> str:
    """The name without the ending that a file or an archive has; a folder's name is whole."""
    if not (folder / name).is_dir():
        for ending in ENDINGS:
            if name.lower().endswith(ending) and len(name) > len(ending):
                return name[: -len(ending)]
    return name


def _grade(grader: Grades, chapter: Chapter, path: Path, student: str) -> tuple[Report, bytes]:
    """A report, and as JSON, whatever happens; only the course's own faults come through."""
    started, began = datetime.datetime.now(datetime.UTC), time.monotonic()
    hidden = chapter.solutions is not None

    def without_run(outcome: Outcome, words: str) -> tuple[Report, bytes]:
        tasks = [
            TaskReport(task.id, task.title, 0.0, task.points if hidden else 0.0, outcome, ()) for task in chapter.tasks
        ]
        report = Report(
            course=grader.course.id,
            chapter=chapter.id,
            student=student,
            submission="",
            suite="",
            engine=__version__,
            environment={},
            seed_id="",
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 3),
            score=0.0,
            max_score=sum(task.max_score for task in tasks),
            outcome=outcome,
            tasks=tuple(tasks),
            notes=(text.line(words, 500),),
        )
        return report, encode_report(report)

    try:
        report = grader.grade(chapter, submission.snapshot(path, chapter), student)
        return report, encode_report(report)
    except SubmissionError as error:
        return without_run(Outcome.ERROR, str(error))
    except AuthorError:
        raise
    except InfrastructureError as error:
        return without_run(Outcome.INFRASTRUCTURE, f"The grader failed: {error}")
    except Exception as error:
        # a fault of the engine's own must not cost the rest of the class their grades
        return without_run(Outcome.INFRASTRUCTURE, f"The grader failed: {type(error).__name__}: {error}")


def _stop_if_hopeless(reports: list[Report]) -> None:
    last = reports[-HOPELESS:]
    if len(last) == HOPELESS and all(text.unusable(r) and r.outcome is Outcome.INFRASTRUCTURE for r in last):
        raise InfrastructureError(f"given up after {HOPELESS} failures in a row. {last[-1].notes[0]}")


def _times(reports: list[Report]) -> bytes:
    """When each was graded and how long it took: all that differs from run to run."""
    times = {report.student: {"started": report.started, "seconds": report.seconds} for report in reports}
    return msgspec.json.format(msgspec.json.encode(times), indent=2) + b"\n"


@contextlib.contextmanager
def _shown(console: Console | None, total: int) -> Iterator[Say]:
    """A bar in a terminal, a line a submission elsewhere."""
    if console is None:
        yield lambda report: None
    elif not console.is_terminal:
        done = 0

        def say(report: Report) -> None:
            nonlocal done
            done += 1
            console.file.write(f"[{done}/{total}] {text.line(report.student, 80)}: {text.note(report)}\n")
            console.file.flush()

        yield say
    else:
        words = TextColumn("{task.description}", markup=False)
        columns = (words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("grading", total=total)

            def advance(report: Report) -> None:
                bar.print(Text(f"{text.line(report.student, 80)}: {text.note(report)}"), style=None)
                bar.advance(task)

            yield advance
