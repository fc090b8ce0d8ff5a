"""Tries a check on generated examples: counted, with a fixed seed, every example with an end in time.

Hypothesis draws and shrinks. A check returns what became of an example, in a few words; whatever it raises, and an
example that does not end, is a find.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

LONGEST = 45.0  # seconds for one example; the slowest honest way to a verdict takes a few


class Hang(BaseException):
    """An example did not come to an end."""


class Tally:
    """What became of the examples of one kind."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.examples = 0
        self.words: Counter[str] = Counter()
        self.seconds = 0.0
        self.longest = 0.0

    def share(self, word: str) -> float:
        """The part of the examples of which the word was said."""
        return self.words[word] / self.examples if self.examples else 0.0

    def line(self) -> str:
        """`sources: 6000 in 130 s (slowest 0.6 s): imported 61%, ...`"""
        said = ", ".join(f"{word} {100 * count / self.examples:.1f}%" for word, count in self.words.most_common())
        return f"{self.name}: {self.examples} in {self.seconds:.0f} s (slowest {self.longest:.1f} s): {said}"


# of a kind's examples: a word, and the least and the most of them of which it is to be said; if nearly all were turned
# away at the door, or none was, they would not be worth their time
SHARES: dict[str, tuple[tuple[str, float, float], ...]] = {
    "sources": (("imported", 0.30, 1.0), ("answered", 0.10, 1.0)),
    "notebooks": (("read", 0.10, 0.95),),
    "archives": (("read", 0.10, 0.95),),
    "answers": (("a value", 0.05, 0.95),),
    "wire": (("a tree", 0.20, 0.95),),
    "regions": (("refused", 0.20, 0.95),),
}


def poor(kind: str, tally: Tally) -> list[str]:
    """What is wrong with the shares of a kind's examples, a line each."""
    return [
        f"{kind}: {word} {100 * tally.share(word):.1f}%, not {100 * least:g}% to {100 * most:g}%"
        for word, least, most in SHARES.get(kind, ())
        if not least <= tally.share(word) <= most
    ]


def explore(
    name: str, examples: SearchStrategy[Any], check: Callable[[Any], Iterable[str]], count: int, start: int
) -> Tally:
    """Runs a check on `count` examples, drawn from the seed `start`.

    Raises:
        Whatever the check raised on the smallest example that Hypothesis found, which it prints.
    """
    tally = Tally(name)

    @seed(start)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(examples)
    def one(example: Any) -> None:
        began = time.monotonic()
        with _ending(LONGEST):
            words = check(example)
        tally.examples += 1
        tally.words.update(words)
        tally.longest = max(tally.longest, time.monotonic() - began)

    began = time.monotonic()
    one()
    tally.seconds = time.monotonic() - began
    return tally


@contextlib.contextmanager
def _ending(seconds: float) -> Iterator[None]:
    def late(*_: Any) -> None:
        raise Hang(f"no end after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
