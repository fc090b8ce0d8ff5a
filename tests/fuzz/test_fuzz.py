"""Generated submissions, tens of thousands: each gets a verdict or an exit 2, and none a traceback or a hang.

`make check` tries some thousands, `make check-all` 20 000 and more, both from fixed seeds; `make fuzz` from a fresh one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tests.fuzz import explore
from tests.fuzz.explore import Hang, Tally, poor
from tests.fuzz.targets import Fuzz

Record = Callable[[str, object], None]
SHORT, LONG = 600, 20_000  # submissions in all
LEAST = 400  # of a kind: what Hypothesis draws hangs on which modules are imported, and of fewer a share says little
KINDS = ("sources", "notebooks", "archives", "answers", "wire", "trees", "frames", "regions")


def explored(fuzz: Fuzz, record_property: Record, kind: str, total: int, seed: int) -> Tally:
    target = next(target for target in fuzz.targets() if target.name == kind)
    tally = fuzz.run(target, max(total * target.weight // 1000, LEAST), seed)
    tally.name += f", seed {seed}"
    record_property("fuzz", tally.line())
    assert tally.examples >= total * target.weight // 1000
    return tally


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_hundred_submissions_get_a_verdict_each(fuzz: Fuzz, record_property: Record, kind: str) -> None:
    assert poor(kind, explored(fuzz, record_property, kind, SHORT, seed=1)) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_thousand_submissions_get_a_verdict_each(fuzz: Fuzz, record_property: Record, kind: str) -> None:
    assert poor(kind, explored(fuzz, record_property, kind, LONG, seed=2026)) == []


def test_the_kinds_make_up_the_whole(fuzz: Fuzz) -> None:
    targets = fuzz.targets()
    assert tuple(target.name for target in targets) == KINDS
    assert sum(target.weight for target in targets if target.submission) == 1000


def test_the_shares_that_the_examples_must_have(fuzz: Fuzz) -> None:
    assert explore.SHARES["sources"] == (("imported", 0.30, 1.0), ("answered", 0.10, 1.0))
    assert explore.SHARES.keys() <= {target.name for target in fuzz.targets()}
    tally = Tally("sources")
    tally.examples = 1000
    tally.words.update(imported=300, answered=100)
    assert poor("sources", tally) == []
    tally.words.update(imported=-1, answered=-1)
    assert poor("sources", tally) == [
        "sources: imported 29.9%, not 30% to 100%",
        "sources: answered 9.9%, not 10% to 100%",
    ]


def test_what_breaks_or_does_not_end_is_a_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(number: int) -> list[str]:
        if number > 70:
            raise ZeroDivisionError
        return ["fine"]

    def hangs(number: int) -> list[str]:
        if number > 70:
            time.sleep(5)
        return ["fine"]

    numbers = st.integers(0, 100)
    assert explore.explore("numbers", numbers, lambda _: ["fine"], 50, 1).words["fine"] == 50
    with pytest.raises(ZeroDivisionError):
        explore.explore("numbers", numbers, breaks, 50, 1)
    monkeypatch.setattr(explore, "LONGEST", 0.05)
    with pytest.raises(Hang):
        explore.explore("numbers", numbers, hangs, 50, 1)


def test_a_grader_that_breaks_on_what_it_hears_is_found(fuzz: Fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: one check of the trusted side switched off."""
    monkeypatch.setattr("grader.hearsay._checked", lambda said, _: said)
    target = next(target for target in fuzz.targets() if target.name == "answers")
    with pytest.raises(Exception):  # noqa: B017  # whichever comes first
        fuzz.run(target, 100, seed=1)
