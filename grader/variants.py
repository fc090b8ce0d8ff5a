"""Right programs in other surroundings: more threads, other kernels, no graphs, float64. How far do their values move?

What moves there would move on another machine too, so a tolerance has to be wide enough for all of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from grader import seeds
from grader.compare import find_difference
from grader.grade import Grader
from grader.model import Answer, Chapter, Inputs, Outcome, Snapshot, Variant
from grader.oracle import inputs_digest, probe_seed
from grader.plugin import Suite
from grader.proof import VariantRow
from grader.records import Record
from grader.session import Session

Measured = tuple[VariantRow, list[Record]]


def measured(
    grader: Grader, chapter: Chapter, variant: Variant, programs: Mapping[str, Snapshot]
) -> Iterator[Measured]:
    """Runs the hidden tests of right programs in a worker with the variant's settings; keeps what can be compared.

    Args:
        grader: whose reference, in the course's own surroundings, says what is right.
        chapter: whose tests.
        variant: the other surroundings.
        programs: by name.

    Raises:
        InfrastructureError: no worker comes up there.
    """
    course = msgspec.structs.replace(
        grader.course,
        threads=variant.threads or grader.course.threads,
        environment={**grader.course.environment, **variant.environment},
    )
    seed = seeds.assignment_seed(grader.course, chapter, grader.seed)
    with Session(course, grader.sandbox, grader.device) as session:
        for name, snapshot in programs.items():
            answer = _Program(session, grader, chapter, variant)
            session.open(chapter, snapshot, trusted=True)
            try:
                suite = Suite(
                    chapter,
                    lambda _, inputs, answer=answer: answer(inputs),  # type: ignore[misc]
                    grader.expected(chapter),
                    seed=seed,
                    tasks=tuple(task.id for task in chapter.tasks),
                    blocking=False,
                    visibility="hidden",
                    measure=True,
                )
                records = suite.run()
            finally:
                session.close()
            row = _row(variant, name, records, answer.drawn)
            yield row, [record for record in records if record.test not in row.apart]


class _Program:
    """A right program in the other surroundings, inputs and answers in the dtypes that the tests know."""

    def __init__(self, session: Session, grader: Grader, chapter: Chapter, variant: Variant) -> None:
        self.session, self.chapter, self.variant = session, chapter, variant
        self.grader = grader
        self.drawn: set[str] = set()  # inputs whose answer hangs on numbers that the variant draws otherwise
        self._known: dict[str, Answer] = {}

    def __call__(self, inputs: Inputs) -> Answer:
        key = inputs_digest(inputs)
        if key not in self._known:
            values = _wide(inputs.values) if self.variant.wide else inputs.values
            asked = msgspec.structs.replace(inputs, values=values)
            answer = self.session.call(asked, seed=probe_seed(inputs))  # as if the inputs were the narrow ones
            if not self.variant.draws and answer.outcome is None:
                again = msgspec.structs.replace(asked, values=_reseeded(values))
                other = self.session.call(again, seed=probe_seed(inputs) ^ 1)
                if other.outcome is not None or find_difference(other.value, answer.value, 1e-3, 1e-5) is not None:
                    self.drawn.add(key)
            if self.variant.wide and answer.outcome is None:
                right = self.grader.expected(self.chapter)("hidden", inputs)
                answer = msgspec.structs.replace(answer, value=_like(answer.value, right.value))
            self._known[key] = answer
        return self._known[key]


def _row(variant: Variant, name: str, records: list[Record], drawn: Collection[str]) -> VariantRow:
    worst, where, apart = 0.0, "", []
    for record in records:
        finite = [error for error in record.errors if math.isfinite(error)]
        passed = record.outcome is Outcome.PASSED
        if not passed and any(inputs_digest(inputs) in drawn for inputs in record.inputs):
            apart.append(record.test)
            continue
        if finite and max(finite) >= worst:
            worst, where = max(finite), record.test
        if not passed and not any(error > 1 for error in finite):
            apart.append(record.test)
    return VariantRow(variant.name, name, len(records), float(f"{worst:.3g}"), where, tuple(dict.fromkeys(apart)))


def _reseeded(values: Any) -> Any:
    """The inputs with another seed, where there is one among them."""
    if isinstance(values, dict) and type(values.get("seed")) is int:
        return {**values, "seed": values["seed"] + 1}
    return values


def _wide(tree: Any) -> Any:
    """The tree with float32 arrays as float64."""
    match tree:
        case np.ndarray():
            return tree.astype(np.float64) if tree.dtype == np.float32 else tree
        case dict():
            return {name: _wide(part) for name, part in tree.items()}
        case list() | tuple():
            return [_wide(part) for part in tree]
    return tree


def _like(tree: Any, model: Any) -> Any:
    """The tree with float64 arrays as float32, where the model has float32 in the same place."""
    if isinstance(tree, np.ndarray) and isinstance(model, np.ndarray):
        return tree.astype(np.float32) if (tree.dtype, model.dtype) == (np.float64, np.float32) else tree
    if isinstance(tree, dict) and isinstance(model, dict):
        return {name: _like(part, model.get(name)) for name, part in tree.items()}
    if isinstance(tree, list | tuple) and isinstance(model, list | tuple) and len(tree) == len(model):
        return [_like(part, other) for part, other in zip(tree, model, strict=True)]
    return tree
