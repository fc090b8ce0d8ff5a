"""What the fuzzing found, kept as it was found: each of these was a traceback, or worse, once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader import feedback, wire
from grader.model import Answer, Outcome
from tests.fuzz.targets import Fuzz

RAISED = {"kind": "error", "exception": "ValueError", "message": "m", "cell": "arrays.py", "line": 3}
NOTHING: dict[str, Any] = {"problems": [], "hits": [], "untouched": []}
LOADED = {
    "a problem that is an array": {**NOTHING, "problems": [np.int8(0)]},
    "a line at infinity": {**NOTHING, "problems": [{**RAISED, "line": float("inf")}]},
    "a task that there is not": {**NOTHING, "hits": [["nobody", "os.system", "arrays.py", 1]]},
    "a cell that there is not": {**NOTHING, "hits": [["center", "numpy.cov", "\x1b[2J", 1]]},
    "a problem without words": {**NOTHING, "problems": [{**RAISED, "kind": "forbidden", "message": "  "}]},
    "tasks that are arrays": {**NOTHING, "untouched": [np.zeros(2)]},
    "a caret a gigabyte to the right": {
        **NOTHING,
        "problems": [{**RAISED, "kind": "syntax", "exception": "SyntaxError", "column": 2**62}],
    },
}
ANSWERED = {
    "an exception that is an array": {"raised": np.zeros(3)},
    "a line at infinity": {"raised": {**RAISED, "line": float("inf")}},
    "a kind that is an array": {"raised": {**RAISED, "kind": np.zeros(3)}},
    "a class that is a list": {"raised": {**RAISED, "exception": [1]}},
    "blank words": {"raised": {**RAISED, "kind": "missing", "message": " ", "cell": ""}},
    "a caret a gigabyte to the right": {"raised": {**RAISED, "exception": "SyntaxError", "column": 2**62}},
    "a number of four thousand digits": {"value": 10**4000},
}


@pytest.mark.parametrize("name", LOADED)
def test_what_a_process_says_of_its_cells(fuzz: Fuzz, name: str) -> None:
    graded(fuzz, LOADED[name], {"value": None})


@pytest.mark.parametrize("name", [name for name in ANSWERED if "digits" not in name])
def test_what_a_process_says_of_a_probe(fuzz: Fuzz, name: str) -> None:
    graded(fuzz, NOTHING, ANSWERED[name])


def graded(fuzz: Fuzz, loaded: Any, answered: Any) -> None:
    fuzz.counts.clear()  # so that this one is graded too
    fuzz.answer((wire.encode(loaded), [wire.encode(answered)]))


@pytest.mark.parametrize(
    "header",
    [b'{"d":[["value",' + b"9" * 4000 + b"]]}", b'{"d":[["value",1e999]]}', b'{"d":[["value",-' + b"9" * 400 + b"]]}"],
)
def test_numbers_that_no_message_would_hold(fuzz: Fuzz, header: bytes) -> None:
    fuzz.counts.clear()
    fuzz.answer((b"", [wire.MAGIC + len(header).to_bytes(4, "little") + header]))


def test_the_line_that_is_shown_holds_nothing_invisible(fuzz: Fuzz) -> None:
    fuzz.source("x\u200b = 1\n".encode())
    fuzz.source("x = '\u202e' + 1\n".encode())
    problem = Answer(Outcome.ERROR, exception="TypeError", cell="arrays.py", line=1)
    work = fuzz.honest.__class__("arrays.py", (fuzz.honest.cells[0].__class__("arrays.py", "a\u202e\x1bb"),), "")
    assert feedback.raised(problem, work, True).endswith("    a  b")
