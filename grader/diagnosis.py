"""What is wrong with a task as a whole, and claim by claim: the known mistake, and the hints to give."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from grader import misconceptions
from grader.assembly import Mutant
from grader.model import Answer, Inputs, Outcome
from grader.records import Record


class Diagnosis(Struct, frozen=True):
    """What to tell whoever fails."""

    misconception: str = ""  # the one known mistake that explains every test
    hint: str = ""
    hints: dict[str, str] = {}  # of single tests, by name: where several faults come together


def of(
    mine: Sequence[Record],
    first_hint: str,
    mutants: Callable[[], Sequence[Mutant]],
    program: Callable[[Mutant], Callable[[Inputs], Answer]],
    profile: Callable[[Mutant], Sequence[Record]],
) -> Diagnosis:
    """The misconception that fits, if one does, with its hint; else the hint of the task, or of a claim.

    A claim's hint is that of the one mistake that gives the same wrong values there, or its author's.

    Args:
        mine: the records of one task's tests.
        first_hint: the task's.
        mutants: gives the known mistakes that fail the task; asked for only where something has failed.
        program: what a mutant answers.
        profile: how a mutant does in the task's tests.
    """
    if all(record.outcome is Outcome.PASSED for record in mine):
        return Diagnosis()
    begun = any(record.outcome not in (Outcome.PASSED, Outcome.MISSING, Outcome.BLOCKED) for record in mine)
    ran = any(
        call.outcome is None or (call.line and call.outcome is not Outcome.TIMEOUT)
        for record in mine
        for call in record.calls
    )
    if not begun or not ran:
        return Diagnosis(hint=first_hint)  # it never ran, so it shows nothing
    asked = {mutant.name: (mutant, program(mutant)) for mutant in mutants()}
    candidates = [mutant for mutant, ask in asked.values() if misconceptions.possible(mine, ask)]
    name = misconceptions.matching(mine, ((mutant.name, profile(mutant)) for mutant in candidates))
    if name:
        return Diagnosis(name, asked[name][0].hint)
    own = {record.test: record.hint for record in mine if record.hint}
    shown = misconceptions.shown_by(mine, ((known, ask) for known, (_, ask) in asked.items()))
    return Diagnosis("", first_hint, own | {test: asked[known][0].hint for test, known in shown.items()})
