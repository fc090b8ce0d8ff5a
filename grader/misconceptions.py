"""Which known misconception a submission shows: the one mutant that agrees with it on every test of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from grader.compare import similar
from grader.model import Answer, Inputs, Outcome
from grader.records import Record

RTOL, ATOL = 1e-4, 1e-6  # right programs differ from one another by less, mutants by more


def possible(student: Sequence[Record], ask: Callable[[Inputs], Answer]) -> bool:
    """Whether a mutant, asked what the student was asked, gives the same values; stops at the first that differs.

    Args:
        student: the records of one task.
        ask: the mutant's answer to inputs.
    """
    telling = sorted(student, key=lambda record: record.outcome is Outcome.PASSED)  # where it fails, mutants differ
    return all(
        _same_answer(answer, ask(inputs))
        for record in telling
        if not record.properties and record.outcome is not Outcome.MISSING
        for answer, inputs in zip(record.calls, record.inputs, strict=True)
    )


def agree(student: Sequence[Record], mutant: Sequence[Record]) -> bool:
    """Whether two runs of the same tests show the same behaviour.

    Values decide; where right answers differ from run to run (marker `properties`) the verdicts do. What the student
    has not written yet shows nothing, as where a claim uses another task.
    """
    theirs = {(record.test, record.params): record for record in mutant}
    return len(theirs) == len(student) and all(
        record.outcome is Outcome.MISSING
        or ((other := theirs.get((record.test, record.params))) is not None and _same(record, other))
        for record in student
    )


def _same(one: Record, other: Record) -> bool:
    if one.properties or other.properties:
        return (one.outcome is Outcome.PASSED) == (other.outcome is Outcome.PASSED)
    return len(one.calls) == len(other.calls) and all(map(_same_answer, one.calls, other.calls))


def _same_answer(one: Answer, other: Answer) -> bool:
    if one.outcome is not other.outcome:
        return False
    if one.outcome is not None:
        return one.exception == other.exception
    return similar(one.value, other.value, rtol=RTOL, atol=ATOL)


def matching(student: Sequence[Record], mutants: Iterable[tuple[str, Sequence[Record]]]) -> str:
    """The name of the one mutant that agrees; empty where none does, or several do."""
    found = [name for name, records in mutants if agree(student, records)]
    return found[0] if len(found) == 1 else ""


def shown_by(student: Sequence[Record], mutants: Iterable[tuple[str, Callable[[Inputs], Answer]]]) -> dict[str, str]:
    """Test by test, the one mutant that gives the same wrong values there: for several faults at once.

    An exception tells too little, and so does a test of properties.

    Args:
        student: the records of one task.
        mutants: names, and what each answers to inputs.
    """
    failing: dict[str, list[Record]] = {}
    for record in student:
        if record.outcome is Outcome.FAILED and record.calls and not record.properties:
            failing.setdefault(record.test, []).append(record)
    telling = {
        name: records
        for name, records in failing.items()
        if all(call.outcome is None for record in records for call in record.calls)
    }
    found: dict[str, list[str]] = {name: [] for name in telling}
    for mutant, ask in mutants:
        for name, records in telling.items():
            pairs = [pair for record in records for pair in zip(record.calls, record.inputs, strict=True)]
            if all(_same_answer(answer, ask(inputs)) for answer, inputs in pairs):
                found[name].append(mutant)
    return {name: mutants[0] for name, mutants in found.items() if len(mutants) == 1}
