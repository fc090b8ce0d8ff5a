"""What a student is told of a test: the claim's verdict in words, and of hidden tests no value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from grader import translations
from grader.differences import Difference
from grader.model import Answer, Outcome, Snapshot, Translation
from grader.plain import in_lines
from grader.records import TOLD, Record

# how grave: a task's outcome is the first of these that one of its tests has
ORDER = (
    Outcome.INFRASTRUCTURE,
    Outcome.FORBIDDEN,
    Outcome.TIMEOUT,
    Outcome.MEMORY,
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.MISSING,
    Outcome.BLOCKED,
    Outcome.PASSED,
)


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that stands for several; `passed` only where all are."""
    found = set(outcomes)
    return next((outcome for outcome in ORDER if outcome in found), Outcome.INFRASTRUCTURE)


def of_task(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a task by those of its tests: `missing` only where nothing of it works yet.

    A claim may be missing because it uses another task that is not written.
    """
    found = set(outcomes)
    worst = gravest(found)
    return Outcome.FAILED if worst is Outcome.MISSING and Outcome.PASSED in found else worst


Key = tuple[str, str, int, str]


def visible_errors(records: Iterable[Record]) -> frozenset[Key]:
    """What the student's process said of visible cases: the same words may be shown for hidden ones too."""
    return frozenset(
        _key(record.answer) for record in records if record.visibility == "public" and record.answer is not None
    )


def message(record: Record, snapshot: Snapshot, visible: frozenset[Key], translated: Sequence[Translation] = ()) -> str:
    """The verdict on one test in words; empty where it passed.

    Args:
        record: what became of the test.
        snapshot: the submission, for the line of the student's code.
        visible: from `visible_errors`.
        translated: what exceptions mean.
    """
    if record.outcome is Outcome.PASSED:
        return ""
    public = record.visibility == "public"
    if record.outcome is Outcome.INFRASTRUCTURE:
        return f"The grader could not run this test: {record.words or (record.answer or Answer(None)).message}"
    if record.difference is not None:
        words = f"{_label(record.difference)}{record.difference.words(public, _start(record))}"
        return f"{words}\n{_called(record)}".rstrip() if public else words
    other = waits_for(record, snapshot)
    if other and record.answer is not None:
        words = f"{record.answer.message}. This claim uses it; write {other} first."
    elif record.answer is not None and (record.answer.hearsay or record.outcome is Outcome.TIMEOUT):
        words = raised(record.answer, snapshot, public or _key(record.answer) in visible, translated)
    else:
        words = _sentence(record.words)
    # in a line below, so that the first one is the same wherever the code ends like this
    return f"{words}\n{_called(record)}".rstrip() if public and record.inputs and record.outcome in TOLD else words


_STUB = re.compile(r"(\w{1,60}): [\w ]{1,80} is not written yet")


def waits_for(record: Record, snapshot: Snapshot) -> str:
    """The other task whose stub a claim runs into; empty where it does not.

    The stub's words are said of hidden cases too, since they stand in that very line of the student's file.
    """
    answer = record.answer
    if record.outcome is not Outcome.MISSING or answer is None or not answer.hearsay:
        return ""
    said = _STUB.fullmatch(answer.message)
    if said is None or said[1] == record.task or said[0] not in _line(snapshot, answer.cell, answer.line):
        return ""
    return said[1]


def raised(answer: Answer, snapshot: Snapshot, with_message: bool, translated: Sequence[Translation] = ()) -> str:
    """How the student's code ended: class and line of its exception, its own words where allowed, what it means."""
    place = f"{answer.cell}, line {answer.line}" if answer.line else ""
    source = _line(snapshot, answer.cell, answer.line)
    if not answer.hearsay and answer.message:
        text = _sentence(answer.message)  # our own words
        timeout = answer.outcome is Outcome.TIMEOUT and source
        return f"{text}\nWhen time ran out it was in {place}:\n    {source.strip()}" if timeout else text
    own = answer.message if with_message else ""
    if answer.outcome is Outcome.MISSING:
        return _sentence(own) if own and not place else "Not written yet" + (f" ({place})." if place else ".")
    if answer.outcome is Outcome.FORBIDDEN:
        return _sentence(
            own or "your code uses a built-in that it must not use here" + (f" ({place})" if place else "")
        )
    if answer.outcome is Outcome.FAILED:
        return f"What your code returns cannot be compared: {own or 'it is not made of numbers, strings and arrays'}."
    unreadable = answer.exception in ("SyntaxError", "IndentationError", "TabError")
    name = answer.exception or "an exception"
    text = f"Python cannot read your code: {name}" if unreadable else f"Your code raised {name}"
    text += f" in {place}" if place else ""
    text += f": {own}" if own else ""
    if source:
        text += f"\n    {source.strip()}"
        if answer.column and unreadable:
            indent = len(source) - len(source.lstrip())
            text += "\n    " + " " * max(0, answer.column - 1 - indent) + "^"
    meaning = translations.meaning(translated, answer.exception, own)
    return f"{text}\nIn plain words: {meaning}" if meaning else text


LABELS = {
    "structure": "Wrong form",
    "dtype": "Wrong dtype",
    "shape": "Wrong shape",
    "finite": "Not finite",
    "value": "Wrong value",
}


def _label(difference: Difference) -> str:
    """What kind of fault it is, in two words."""
    gradient = any(type(key) is str and "gradient" in key for key in difference.path)
    label = LABELS[difference.kind]
    return f"{label.replace('value', 'gradient') if gradient else label}. "


def _start(record: Record) -> Any:
    """What the steps of a case set out from, by the name that inputs have for it."""
    return record.inputs[-1].values.get("start") if record.inputs else None


def _called(record: Record) -> str:
    arguments = ", ".join(f"{key}={value!r}" for key, value in record.choices.items())
    return f"Case {record.probe}({arguments})." if record.probe else ""


def _key(answer: Answer) -> Key:
    return answer.exception, answer.cell, answer.line, answer.message


def _line(snapshot: Snapshot, cell: str, line: int) -> str:
    for candidate in snapshot.cells:
        if candidate.name == cell:
            lines = in_lines(candidate.source).splitlines()
            found = lines[line - 1][:200] if 0 < line <= len(lines) else ""
            return "".join(char if char.isprintable() else " " for char in found)
    return ""


def _sentence(words: str) -> str:
    if not words.strip():
        return "The claim does not hold."
    first = words.split()[0]
    text = words if "." in first.rstrip(".") or "_" in first else words[0].upper() + words[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
