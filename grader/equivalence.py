"""Asks the solution and a mutant that is said to be equivalent the same inputs, thousands of them.

Inputs are drawn as the hidden tests draw theirs, from other seeds, and every fifth is made extreme. Each kind of input
gets the same time, so that a dear one (a training) does not keep a cheap one (a formula) from being asked often.
"""

from __future__ import annotations

import copy
import math
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field

from grader import equivalents, render, seeds, slices
from grader.compare import find_difference
from grader.grade import Grader, as_snapshot
from grader.loading import cases_of
from grader.model import Answer, Chapter, Inputs, Snapshot
from grader.mutators import MachineMutant
from grader.oracle import inputs_digest, probe_seed
from grader.plugin import Suite
from grader.session import Session

EVERY = 5  # one input in so many is extreme
FIRST, BATCH = 5, 25  # inputs of one kind that are asked in one go: at first, and then
QUICK = 0.5  # seconds for the first ones; where they take longer it stays at so few
RTOL, ATOL = 1e-4, 1e-5  # agreement; the second beside numbers of size 1, more beside larger ones
AFRESH = 1000  # calls of one process: what a library keeps for each graph adds up


class Agreement(Struct, frozen=True):
    """How far a mutant was seen to agree with the solution."""

    task: str
    mutant: str
    inputs: int  # on which both gave the same, all of them different
    extremes: int  # of these
    kinds: int  # of inputs: a test's probe with its choices
    outside: int  # on which the solution itself has no answer, or no finite one to an extreme
    differs: str  # where they did not agree; empty: nowhere
    seconds: float


class _Kind(Struct, frozen=True):
    """One way in which a test draws inputs."""

    test: str
    probe: str
    choices: dict[str, Any]
    reached: frozenset[str]  # the definitions that its probe comes to


class _State(Struct):
    """How far a comparison has come; a kind is known by its number."""

    spent: dict[int, float]  # on each kind that still brings something new
    zeros: bool  # whether inputs may hold a 0
    asked: Counter[int] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)  # digests of inputs
    inputs: int = 0
    extremes: int = 0
    outside: int = 0
    differs: str = ""


class Comparison:
    """Compares mutants of one chapter with its solution.

    Args:
        grader: its two workers are used, one for each program, and no cache.
        chapter: whose.
    """

    def __init__(self, grader: Grader, chapter: Chapter) -> None:
        self.grader, self.chapter = grader, chapter
        self.solution = as_snapshot(chapter, render.solution(chapter))
        self.source = self.solution.cells[0].source
        self._batches: dict[tuple[int, int], _Batch] = {}  # by kind and first draw
        self._sizes: dict[int, int] = {}  # of batches, by kind
        self._kinds = tuple(self._drawn())

    def run(self, mutant: MachineMutant, count: int, seconds: float = math.inf, but: Collection[str] = ()) -> Agreement:
        """Asks both programs until they differ, `count` inputs are done, or the time is up.

        Args:
            but: probes that are not asked; `equivalents.ZEROS`: inputs with a 0 in them are not.

        Raises:
            InfrastructureError: no worker comes up.
        """
        differs = slices.changed(self.source, mutant.source)
        kinds = [
            i
            for i, kind in enumerate(self._kinds)
            if kind.probe not in but and (differs is None or differs & kind.reached)
        ]
        began = time.monotonic()
        theirs = _Asker(self.grader.session, self.chapter, as_snapshot(self.chapter, mutant.source))
        ours = _Asker(self.grader.oracle.session, self.chapter, self.solution)
        self.grader.oracle.reset()
        state = _State(dict.fromkeys(kinds, 0.0), zeros=equivalents.ZEROS not in but)
        try:
            while state.spent and not state.differs and state.inputs < count and time.monotonic() - began < seconds:
                self._once(state, theirs, ours, count)
        finally:
            theirs.close()
            ours.close()
        took = round(time.monotonic() - began, 1)
        return Agreement(
            mutant.task,
            mutant.name,
            state.inputs,
            state.extremes,
            len(kinds),
            state.outside,
            state.differs,
            took,
        )

    def _once(self, state: _State, theirs: _Asker, ours: _Asker, count: int) -> None:
        """Some inputs of the kind that has had the least time."""
        which = min(state.spent, key=lambda i: state.spent[i])
        kind, turn = self._kinds[which], state.asked[which]
        size = self._sizes.get(which, FIRST) if turn else FIRST
        if (which, turn) not in self._batches:
            self._batches[which, turn] = _Batch([self._inputs(which, t) for t in range(turn, turn + size)])
        batch = self._batches[which, turn]
        state.asked[which] += size
        fresh = [i for i, digest in enumerate(batch.digests) if digest not in state.seen]
        state.seen.update(batch.digests)
        start = time.monotonic()
        actual = theirs.ask(kind.probe, batch)
        state.spent[which] += time.monotonic() - start
        if not batch.expected:
            start = time.monotonic()
            batch.expected = ours.ask(kind.probe, batch)
            quick = time.monotonic() - start < QUICK
            self._sizes.setdefault(which, BATCH if quick else FIRST)
        if not fresh:
            del state.spent[which]  # what it draws is always the same
        for i in fresh:
            if state.inputs == count:
                return
            extreme = batch.extreme[i]
            if not state.zeros and any((array == 0).any() for array in _floats(batch.inputs[i].values)):
                continue
            if batch.expected[i].outcome is not None or (extreme and not _finite(batch.expected[i])):
                state.outside += 1
            elif _same(actual[i], batch.expected[i]) or _same(
                *(each.alone(batch.inputs[i]) for each in (theirs, ours))
            ):
                state.inputs, state.extremes = state.inputs + 1, state.extremes + extreme
            else:
                extra = " made extreme" if extreme else ""
                state.differs = f"{kind.test}, {kind.probe}({_words(kind.choices)}), draw {turn + i}{extra}"
                return

    def _drawn(self) -> Iterator[_Kind]:
        """The kinds of inputs of the hidden tests, as a run of the solution shows them."""
        seed = seeds.assignment_seed(self.grader.course, self.chapter, self.grader.seed)
        expected = self.grader.expected(self.chapter)
        suite = Suite(
            self.chapter,
            lambda _, inputs: expected("hidden", inputs),
            expected,
            seed=seed,
            tasks=tuple(task.id for task in self.chapter.tasks),
            visibility="hidden",
        )
        for record in suite.run():
            for inputs, answer in zip(record.inputs, record.calls, strict=True):
                reached = slices.reachable(self.source, answer.touched)
                yield _Kind(record.test, inputs.probe, inputs.choices, reached)

    def _inputs(self, which: int, turn: int) -> tuple[Inputs, bool]:
        kind = self._kinds[which]
        rng = seeds.generator(f"agreement {turn}", self.chapter.id, kind.test, kind.probe, choices=kind.choices)
        values = getattr(cases_of(self.chapter), kind.probe)(rng, **kind.choices)
        extreme = turn % EVERY == EVERY - 1 and any(True for _ in _floats(values))
        if extreme:
            values = copy.deepcopy(values)  # it may be the test's own
            floats = list(_floats(values))
            make_extreme(floats[int(rng.integers(len(floats)))], rng)
        return Inputs(kind.probe, values, kind.choices), extreme


class _Batch:
    """Inputs of one kind, and what the solution makes of them."""

    def __init__(self, drawn: Sequence[tuple[Inputs, bool]]) -> None:
        self.inputs = [inputs for inputs, _ in drawn]
        self.extreme = [extreme for _, extreme in drawn]
        self.digests = [inputs_digest(inputs) for inputs in self.inputs]
        self.seed = int(self.digests[0][:7], 16)
        self.expected: list[Answer] = []


class _Asker:
    """One program in one worker, in a new process now and then."""

    def __init__(self, session: Session, chapter: Chapter, snapshot: Snapshot) -> None:
        self.session, self.chapter, self.snapshot = session, chapter, snapshot
        self._asked = 0

    def ask(self, probe: str, batch: _Batch) -> list[Answer]:
        """The answers to a batch, which share one seed: both programs draw the same random numbers."""
        self._ready(len(batch.inputs))
        return self.session.call_many(probe, [inputs.values for inputs in batch.inputs], seed=batch.seed)

    def alone(self, inputs: Inputs) -> Answer:
        """The answer to one input asked for itself: nothing that an earlier one left behind has a part in it."""
        self._ready(1)
        return self.session.call(inputs, seed=probe_seed(inputs))

    def _ready(self, calls: int) -> None:
        if self._asked == 0 or self._asked > AFRESH:
            self.close()
            self.session.open(self.chapter, self.snapshot, trusted=True)
        self._asked += calls

    def close(self) -> None:
        """Ends its process, if it has one."""
        if self._asked:
            self.session.close()
        self._asked = 0


def make_extreme(array: np.ndarray[Any, Any], rng: np.random.Generator) -> None:
    """Changes an array of floats in place: all or one of its numbers 0, all equal, very large, or very small."""
    flat = array.reshape(-1)  # a view: what is drawn is contiguous
    match int(rng.integers(5)):
        case 0:
            flat[:] = 0
        case 1:
            flat[int(rng.integers(flat.size))] = 0
        case 2:
            flat[:] = flat[0]
        case 3:
            flat *= 1e3
        case 4:
            flat *= 1e-6


def _floats(tree: Any) -> Iterator[np.ndarray[Any, Any]]:
    if type(tree) is np.ndarray:
        if tree.dtype.kind == "f" and tree.size and tree.flags.c_contiguous and tree.flags.writeable:
            yield tree
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from _floats(part)
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from _floats(part)


def _finite(answer: Answer) -> bool:
    return all(np.isfinite(array).all() for array in _floats(answer.value))


def _same(one: Answer, other: Answer) -> bool:
    if one.outcome is not None or other.outcome is not None:
        return False
    size = max((float(np.abs(array[np.isfinite(array)]).max(initial=0)) for array in _floats(other.value)), default=0.0)
    return find_difference(one.value, other.value, RTOL, ATOL * max(1.0, size), equal_nan=True) is None


def _words(choices: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in choices.items())[:80]


def compare(
    grader: Grader,
    chapter: Chapter,
    mutants: Sequence[MachineMutant],
    count: int,
    seconds: float = math.inf,
    but: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Agreement]:
    """Each mutant's agreement with the solution, in turn; `but`, by the mutants' names, as in `Comparison.run`."""
    if not mutants:
        return
    comparison = Comparison(grader, chapter)
    for mutant in mutants:
        yield comparison.run(mutant, count, seconds, (but or {}).get(mutant.name, ()))
