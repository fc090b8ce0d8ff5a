"""How a student's process ended without an answer, in words for the student."""

from __future__ import annotations

from msgspec.structs import replace

from grader.model import Answer, Outcome
from grader.plain import printable

# what a student's process may say that it was, and what that is for the report
KINDS = {
    "error": Outcome.ERROR,
    "syntax": Outcome.ERROR,
    "missing": Outcome.MISSING,
    "absent": Outcome.MISSING,
    "forbidden": Outcome.FORBIDDEN,
    "memory": Outcome.MEMORY,
}
EXHAUSTED = ("file", "scratch", "descriptors", "processes")  # kinds too: a limit that an exception told of


def ended(status: str, detail: str, what: str, seconds: float = 0.0) -> Answer:
    """The verdict on a process that gave no answer.

    Args:
        status: the worker's word for what happened.
        detail: more of it, such as a signal's name.
        what: what the code was at.
        seconds: that it was given, where a report may say so: it has to be the same each time.
    """
    while_ = f" while {what}" if what else ""
    if status == "timeout":
        given = "did not end in time"
        if seconds:
            given = f"was still running after {seconds:g} {'second' if seconds == 1 else 'seconds'} and was stopped"
        used = "used up its processor time" if detail else given
        return Answer(Outcome.TIMEOUT, message=f"your code {used}{while_}; look for a loop that never ends")
    if status == "memory":
        return Answer(Outcome.MEMORY, message=f"your code used more memory than it may{while_}")
    words = {
        "processes": "started more processes or threads than it may",
        "descriptors": "opened more files, pipes or sockets than it may",
        "scratch": "wrote more to the disk than it may",
        "file": "wrote a larger file than it may",
        "files": "made more files than it may",
        "output": "printed more than it may; look for a print in a loop",
        "garbled": "sent back something that is not an answer",
        "worker": "took the process that runs it down, twice",
        "gone": "had ended before this test",
    }
    text = words.get("file" if detail == "SIGXFSZ" else status)
    if text is None:
        text = f"ended its own process ({printable(detail, 40)})" if detail else "ended its own process"
    return Answer(Outcome.ERROR, message=f"your code {text}{while_}")


def exhausted(kind: str, cell: str, line: int) -> Answer:
    """The verdict on a process that ran into a limit and was told so by an exception.

    Args:
        kind: one of `EXHAUSTED`.
        cell: where in the student's code; empty where that is not known.
        line: of that cell.
    """
    answer = ended(kind, "", "")
    return replace(answer, message=f"{answer.message} ({cell}, line {line})") if line else answer
