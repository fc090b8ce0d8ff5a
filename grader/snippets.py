"""A few lines of Python that do what a visible case did: pasted into a session, they show the fault again."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader import seeds
from grader.errors import AuthorError
from grader.loading import cases_of
from grader.model import Chapter, Snapshot
from grader.oracle import inputs_digest
from grader.records import TOLD, Record

WIDTH = 96  # columns, after which a line is broken at a comma


def of(record: Record, chapter: Chapter, snapshot: Snapshot) -> str:
    """The lines for the last thing that a visible test asked; empty for a hidden test, and where nothing was asked.

    They are run in the chapter's folder, or in a notebook there where the submission is one.

    Args:
        record: what became of the test.
        chapter: whose cases and probes.
        snapshot: the submission.
    """
    if record.visibility != "public" or record.outcome not in TOLD or not record.inputs:
        return ""
    inputs = record.inputs[-1]
    said = ", ".join(f"{key}={value!r}" for key, value in inputs.choices.items())
    if not _literal(said):
        return ""
    notebook = snapshot.name.endswith(".ipynb")
    module = "__main__" if notebook else chapter.module
    drawn = _is_drawn(record, chapter)
    number = seeds.number(seeds.PUBLIC, chapter.id, record.test, inputs.probe, choices=inputs.choices)
    rng = f"numpy.random.default_rng({number})" if drawn else "None"
    names = sorted([module, "cases", "probes", *(["numpy"] if drawn else [])])
    call = f"inputs = cases.{inputs.probe}({rng}{f', {said}' if said else ''})"
    return f"import {', '.join(names)}\n{_folded(call)}\nprint(probes.{inputs.probe}({module}, inputs))\n"


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


def _folded(line: str) -> str:
    """A call that is too long for one line, broken at commas, which its brackets allow."""
    if len(line) <= WIDTH:
        return line
    lines = [""]
    for piece in _pieces(line):
        if len(lines[-1]) + len(piece.rstrip()) > WIDTH and lines[-1].strip():
            lines.append("    ")
            piece = piece.lstrip()
        lines[-1] += piece
    return "\n".join(each.rstrip() for each in lines)


def _pieces(line: str) -> Iterator[str]:
    """A line cut behind each comma that is not in a string."""
    quote, begin, escaped = "", 0, False
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote and not escaped else quote
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character == ",":
            yield line[begin : at + 1]
            begin = at + 1
    yield line[begin:]
