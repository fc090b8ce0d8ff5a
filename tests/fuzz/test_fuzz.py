"""Generated submissions, tens of thousands: each gets a verdict or an exit 2, and none a traceback or a hang.

`make check` tries a few hundred, `make check-all` 20 000 and more, both from fixed seeds; `make fuzz` from a fresh one.
"""

from __future__ import annotations

import pytest

from tests.fuzz.explore import Tally
from tests.fuzz.targets import Fuzz

SHORT, LONG = 600, 20_000  # submissions in all
KINDS = ("sources", "notebooks", "archives", "answers", "wire", "trees", "frames", "regions")


def explored(fuzz: Fuzz, tallies: list[Tally], kind: str, total: int, seed: int) -> Tally:
    target = next(target for target in fuzz.targets() if target.name == kind)
    tally = fuzz.run(target, total * target.weight // 1000, seed)
    tally.name += f", seed {seed}"
    tallies.append(tally)
    assert tally.examples >= total * target.weight // 1000
    return tally


def check_shares(kind: str, tally: Tally) -> None:
    """The examples are worth their time: not all are refused at the door."""
    if kind == "sources":
        assert tally.share("imported") >= 0.3
        assert tally.share("answered") >= 0.1
    elif kind in ("notebooks", "archives"):
        assert 0.1 <= tally.share("read") <= 0.95
    elif kind == "answers":
        assert 0.05 <= tally.share("a value") <= 0.95
    elif kind == "wire":
        assert 0.2 <= tally.share("a tree") <= 0.95
    elif kind == "regions":
        assert 0.2 <= tally.share("refused") <= 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_hundred_submissions_get_a_verdict_each(fuzz: Fuzz, tallies: list[Tally], kind: str) -> None:
    check_shares(kind, explored(fuzz, tallies, kind, SHORT, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_thousand_submissions_get_a_verdict_each(fuzz: Fuzz, tallies: list[Tally], kind: str) -> None:
    check_shares(kind, explored(fuzz, tallies, kind, LONG, seed=2))


def test_the_kinds_make_up_the_whole(fuzz: Fuzz) -> None:
    targets = fuzz.targets()
    assert tuple(target.name for target in targets) == KINDS
    assert sum(target.weight for target in targets if target.submission) == 1000
