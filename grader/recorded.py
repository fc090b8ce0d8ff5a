"""The values of visible cases, recorded from the reference: what a student's copy compares with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from grader.compare import similar
from grader.errors import AuthorError
from grader.model import Answer, Chapter, Inputs
from grader.oracle import Program, inputs_digest
from grader.wire import DTYPES


def path_of(chapter: Chapter) -> Path:
    """Where the chapter's recorded values are."""
    return chapter.exercises / "expected" / "recorded.json"


class Recording:
    """The recorded values of a chapter.

    Args:
        chapter: whose.

    Raises:
        AuthorError: the file is there but cannot be read.
    """

    def __init__(self, chapter: Chapter) -> None:
        self.path = path_of(chapter)
        self.values: dict[str, Any] = {}
        if self.path.is_file():
            try:
                self.values = json.loads(self.path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise AuthorError(f"{self.path} is damaged ({error}); make it again with: make render") from None

    def answer(self, inputs: Inputs) -> Answer:
        """The recorded value for these inputs.

        Raises:
            AuthorError: there is none.
        """
        entry = self.values.get(inputs_digest(inputs)[:16])
        if entry is None:
            raise AuthorError(f"{self.path} has no value for this case of {inputs.probe}; record it with: make render")
        return Answer(None, value=_tree(entry["value"]))


class Recorder:
    """Collects values of the reference as they are asked for.

    Args:
        reference: answers inputs.
    """

    def __init__(self, reference: Program) -> None:
        self.reference = reference
        self.values: dict[str, Any] = {}

    def answer(self, inputs: Inputs) -> Answer:
        """The reference's answer, kept for the file."""
        answer = self.reference(inputs)
        if answer.outcome is None:
            self.values[inputs_digest(inputs)[:16]] = {"probe": inputs.probe, "value": _plain(answer.value)}
        return answer

    def text(self) -> str:
        """The file's content, in a fixed order."""
        ordered = dict(sorted(self.values.items(), key=lambda pair: (pair[1]["probe"], pair[0])))
        return json.dumps(ordered, indent=1) + "\n"

    def agrees(self, recording: Recording) -> bool:
        """Whether the file says the same: the same cases and values, but for digits that processors differ in."""
        return self.values.keys() == recording.values.keys() and all(
            similar(
                _tree(entry["value"]), _tree(recording.values[key]["value"]), rtol=1e-4, atol=1e-5
            )  # processors differ in these
            for key, entry in self.values.items()
        )


def _plain(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return {"dtype": str(x.dtype), "shape": list(x.shape), "values": x.ravel().tolist()}
    if isinstance(x, dict):
        return {"items": {key: _plain(value) for key, value in x.items()}}
    return [_plain(item) for item in x] if isinstance(x, list) else x


def _tree(x: Any) -> Any:
    if isinstance(x, list):
        return [_tree(item) for item in x]
    if not isinstance(x, dict):
        return x
    if "items" in x:
        return {key: _tree(value) for key, value in x["items"].items()}
    dtype = np.dtype(x["dtype"])
    assert dtype in DTYPES
    return np.array(x["values"], dtype=dtype).reshape(x["shape"])
