"""Three lines of Python that do what a visible case did: pasted into a session, they show the fault again."""

from __future__ import annotations

import ast

from grader import seeds
from grader.errors import AuthorError
from grader.loading import cases_of
from grader.model import Chapter, Snapshot
from grader.oracle import inputs_digest
from grader.records import TOLD, Record

WIDTH = 100  # columns; a call that would be longer is made by its test's name


def of(record: Record, chapter: Chapter, snapshot: Snapshot) -> str:
    """The lines for the last thing that a visible test asked; empty for a hidden test, and where nothing was asked.

    They are run in the chapter's folder, or in a notebook there where the submission is one. The numbers stand in them
    where there is room for them; else they come from the test, and are told beside.

    Args:
        record: what became of the test.
        chapter: whose cases and probes.
        snapshot: the submission.
    """
    if record.visibility != "public" or record.outcome not in TOLD or not record.inputs:
        return ""
    inputs = record.inputs[-1]
    module = "__main__" if snapshot.name.endswith(".ipynb") else chapter.module
    call, used = _written(record, chapter) or _named(record)
    names = sorted([module, "probes", *used])
    return f"import {', '.join(names)}\ninputs = {call}\nprint(probes.{inputs.probe}({module}, inputs))\n"


def _written(record: Record, chapter: Chapter) -> tuple[str, tuple[str, ...]] | None:
    """The call with its numbers, and the modules that it uses; None where it is too long, or cannot be written."""
    inputs = record.inputs[-1]
    said = ", ".join(f"{key}={value!r}" for key, value in inputs.choices.items())
    if not _literal(said):
        return None
    drawn = _is_drawn(record, chapter)
    number = seeds.number(seeds.PUBLIC, chapter.id, record.test, inputs.probe, choices=inputs.choices)
    rng = f"numpy.random.default_rng({number})" if drawn else "None"
    call = f"cases.{inputs.probe}({rng}{f', {said}' if said else ''})"
    return (call, ("cases", *(["numpy"] if drawn else []))) if len(f"inputs = {call}") <= WIDTH else None


def _named(record: Record) -> tuple[str, tuple[str, ...]]:
    """The same by the test's name."""
    name = f"{record.test}[{record.params}]" if record.params else record.test
    which = f", {len(record.inputs)}" if len(record.inputs) > 1 else ""
    return f"grader.visible.case({name!r}{which})", ("grader.visible",)


def _literal(arguments: str) -> bool:
    """Whether every argument can be written down as it is."""
    try:
        call = ast.parse(f"f({arguments})", mode="eval").body
        assert isinstance(call, ast.Call)
        for keyword in call.keywords:
            ast.literal_eval(keyword.value)
    except (SyntaxError, ValueError):
        return False
    return True


def _is_drawn(record: Record, chapter: Chapter) -> bool:
    """Whether the case draws anything at all: one whose numbers are all given needs no generator."""
    inputs = record.inputs[-1]
    function = getattr(cases_of(chapter), inputs.probe, None)
    if function is None:
        raise AuthorError(f"{chapter.id}/cases.py has no {inputs.probe}")
    try:
        again = function(None, **inputs.choices)
        same = type(inputs)(inputs.probe, again, inputs.choices)
        return inputs_digest(same) != inputs_digest(inputs)
    except Exception:
        return True
