"""The next hint for a task: one step further each time, and how many were taken is kept."""

from __future__ import annotations

from msgspec import Struct

from grader import render
from grader.course import student_settings
from grader.model import Chapter, Course
from grader.student import progress
from grader.student.progress import STEPS


class Hint(Struct, frozen=True):
    """One step of a task's hints."""

    task: str
    step: int
    text: str
    again: bool  # it was shown before: there is no further one
    lost: str = ""  # why the count is not kept


def next_hint(course: Course, chapter: Chapter, task: str, *, count: bool = True, shown: int = 0) -> Hint:
    """The next step for a task, also where the count cannot be kept.

    Args:
        course: where counts are kept.
        chapter: whose hints.
        task: the task's id.
        count: whether the step counts as taken.
        shown: how many steps the student has before their eyes: what was not kept is not shown again.
    """
    with progress.alone(course):
        facts = progress.read(course)
        taken = max(progress.hints_taken(facts, chapter.id, task), shown)
        step = min(taken + 1, STEPS)
        lost = ""
        if count and step > taken:
            facts[f"{chapter.id}.{task}.hints"] = step
            try:
                progress.write(course, facts)
            except OSError as error:
                lost = progress.not_kept(course, error)
    return Hint(task, step, texts(chapter, task)[step - 1], again=taken >= STEPS, lost=lost)


def texts(chapter: Chapter, task: str) -> tuple[str, ...]:
    """All steps of a task's hints."""
    return render.hints(chapter)[task]


def current(course: Course, chapter: Chapter) -> str:
    """The task that the student is at: the one graded last by name, else the first; none that has passed."""
    facts = progress.read(course)
    for task in sorted(chapter.tasks, key=lambda task: f"{chapter.id}.{task.id}.asked" not in facts):
        if facts.get(f"{chapter.id}.{task.id}.outcome") != "passed":
            return task.id
    return chapter.tasks[-1].id


def who_knows(course: Course) -> str:
    """Who gets to see how many hints were taken."""
    if student_settings(course).hints_reach_instructor:
        return f"The number of hints you have taken is written to {progress.FILE}, and your instructor can see it."
    return "The number of hints you have taken is kept on this computer only."
