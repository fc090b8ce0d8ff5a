"""A visible case's inputs by the name of its test, for a student who wants to see a fail again.

In a session in the chapter's folder: `inputs = grader.visible.case("test_three_steps[True]")`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader import seeds
from grader.course import find_root, load
from grader.errors import UsageError
from grader.model import Answer, Inputs
from grader.plugin import Suite
from grader.recorded import Recording


def case(test: str, number: int = 1) -> Any:
    """The inputs as `test_public.py` has them.

    Args:
        test: the test's name, with its parameters in brackets where it has some.
        number: which of its cases, where it has more than one.

    Raises:
        UsageError: this is no chapter's folder, or it has no such case.
    """
    here = Path.cwd().resolve()
    course = load(find_root(here))
    chapter = next((each for each in course.chapters if each.exercises.resolve() == here), None)
    if chapter is None:
        raise UsageError(f"{here} is no chapter's folder: the session has to begin in one, such as exercises/ch4_...")
    recording = Recording(chapter)

    def answer(_: object, inputs: Inputs) -> Answer:
        return recording.answer(inputs)

    name, _, params = test.removesuffix("]").partition("[")
    tasks = tuple(task.id for task in chapter.tasks)
    suite = Suite(chapter, answer, answer, seed=seeds.PUBLIC, tasks=tasks, visibility="public", blocking=False)
    for record in suite.run():
        if (record.test, record.params) == (name, params) and 0 < number <= len(record.inputs):
            return record.inputs[number - 1].values
    raise UsageError(f"{chapter.id}/test_public.py has no such case: {test}")
