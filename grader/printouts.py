"""What a student's code printed: shown to the student, of visible cases only, and never part of a report."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Printed
from grader.records import Record
from grader.session import PRINTED
from grader.testimony import Loaded


def of(loaded: Loaded, records: Sequence[Record]) -> tuple[Printed, ...]:
    """What the code printed before its first hidden case: from then on it could print what it has seen there.

    Args:
        loaded: what came of running the submission's cells.
        records: of the tests, in the order in which they ran.
    """
    said = [Printed("while your file was read", loaded.printed)]
    for record in records:
        if record.visibility == "hidden":
            break
        words = "".join(call.printed for call in record.calls)
        said.append(Printed(f"{record.task}: {record.claim.rstrip('.')}", words[:PRINTED], record.task, record.test))
    return tuple(each for each in said if each.text.strip())
