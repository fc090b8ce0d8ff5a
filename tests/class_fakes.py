"""A class without a sandbox: a small chapter, a grader that reads its verdict off the submission, the rest is real."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from grader import model
from grader.classroom.batch import Class
from grader.classroom.conditions import Conditions
from grader.classroom.intake import take_in
from grader.classroom.pool import Inline
from grader.classroom.publish import publish
from grader.errors import AuthorError, InfrastructureError, SubmissionError
from grader.model import Chapter, Course, Limits, Outcome, Report, Snapshot, Task, TaskReport

GOOD = "def one():\n    return 1\n"


def make_chapter(tmp_path: Path) -> Chapter:
    folder = tmp_path / "course" / "exercises" / "ch4_things"
    folder.mkdir(parents=True)
    (folder / "things.py").write_text("def one():\n    raise NotImplementedError('one: it is not written yet')\n")
    return Chapter(
        id="ch4_things",
        title="Things",
        module="things",
        tasks=(Task("one", "One", 2.0, ("one",)), Task("two", "Two", 3.0, ("two",), needs=("one",))),
        forbidden=(),
        limits=Limits(),
        exercises=folder,
        solutions=tmp_path / "course" / "solutions" / "ch4_things",
    )


class FakeGrader:
    """Full marks for GOOD; raises what a submission's first line names."""

    def __init__(self, chapter: Chapter) -> None:
        root = chapter.exercises.parent.parent
        self.course = Course(
            id="course",
            title="Course",
            root=root,
            exercises=root / "exercises",
            solutions=root / "solutions",
            runtime=root / "runtime.py",
            preload=(),
            versions=(),
            chapters=(chapter,),
        )
        self.graded: list[str] = []

    def grade(self, chapter: Chapter, snapshot: Snapshot, student: str = "") -> Report:
        self.graded.append(student)
        source = snapshot.cells[0].source
        for error in (InfrastructureError, AuthorError, SubmissionError, ValueError, KeyboardInterrupt):
            if source.startswith(f"# {error.__name__}"):
                raise error("no luck\nat all")
        passed = source == GOOD
        outcome = Outcome.PASSED if passed else Outcome.FAILED
        tasks = tuple(
            TaskReport(
                task.id,
                task.title,
                task.points if passed else 0.0,
                task.points,
                outcome,
                (model.TestReport(f"test_{task.id}", "It holds.", outcome, task.points, 0.0, "hidden", source),),
            )
            for task in chapter.tasks
        )
        return Report(
            course="course",
            chapter=chapter.id,
            student=student,
            submission=snapshot.digest,
            suite="sha256:ff",
            engine="0.1.0",
            environment={},
            seed_id="",
            started="2031-05-06T07:08:09+00:00",
            seconds=0.5,
            score=5.0 if passed else 0.0,
            max_score=5.0,
            outcome=outcome,
            tasks=tasks,
        )


def put(folder: Path, name: str, content: str | bytes = GOOD) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


TOLD = Conditions("", "ch4_things", "none", "cpu", None, False, "", "suite", "engine", "seed", ())


def run(
    chapter: Chapter, work: Path, out: Path, grader: FakeGrader | None = None, told: Conditions = TOLD, **options: Any
) -> dict[str, Report]:
    """All reports of a class; see `coordinate`."""
    graded = coordinate(chapter, work, out, grader, told, **options)
    return {standing.student.id: standing.report for standing in graded.results}


def coordinate(
    chapter: Chapter, work: Path, out: Path, grader: FakeGrader | None = None, told: Conditions = TOLD, **options: Any
) -> Class:
    """The class graded by a grader that needs no sandbox; what is done with it is the real thing."""
    console, resume = options.pop("progress", None), options.pop("resume", True)
    formats, roster = options.pop("formats", ()), options.pop("roster", None)
    grader = grader or FakeGrader(chapter)
    entries = take_in(work, chapter, roster, options.pop("assignment", ""), out)
    graded = Class(grader.course, chapter, out, entries, told, **options)
    with graded.locked():
        graded.grade(graded.todo(resume), lambda _: contextlib.nullcontext(Inline(grader, chapter)), console)
        publish(graded, formats, folder=str(work))
    return graded
