"""Programs are told apart by what they do, not by how things in them are called."""

import pytest

from grader.syntax import fingerprint

FIRST = '''
import numpy as np


def half(x):
    return x / 2


def f(x, y=0.9):
    """Words."""
    total = 0
    for item in x:
        total += half(item)
    return np.sum(total, axis=0, dtype=y)


class A:
    def __init__(self, n):
        self.count = n

    def more(self):
        self.count += 1
'''

ALIKE = '''
import numpy


def divided(value: float) -> float:
    # in two
    return value / 2


def f(values, kind=.9):
    s: int = 0
    for v in values:
        s = s + divided(v)
    pass
    return numpy.sum(s, dtype=kind, axis=0)


class A:
    """Counts."""

    def __init__(self, start):
        self.n = start

    def more(self):
        self.n = self.n + 1
'''


def test_naming_and_layout_do_not_count():
    assert fingerprint(FIRST, ["f"]) == fingerprint(ALIKE, ["f"])
    assert fingerprint(FIRST, ["A"]) == fingerprint(ALIKE, ["A"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x / 2", "x * 0.5"),
        ("total = 0", "total = 1"),
        ("np.sum", "np.mean"),
        ("axis=0, ", ""),
        ("total += half(item)", "total = half(item) + total"),
    ],
)
def test_what_is_computed_counts(old, new):
    assert old in FIRST
    assert fingerprint(FIRST, ["f"]) != fingerprint(FIRST.replace(old, new), ["f"])


def test_public_names_count():
    assert fingerprint(FIRST, ["A"]) != fingerprint(FIRST.replace("def more", "def less"), ["A"])


def test_definitions_of_other_tasks_do_not_count():
    changed = FIRST.replace("x / 2", "x * 0.5")
    assert fingerprint(FIRST, ["f"], ["half", "f"]) == fingerprint(changed, ["f"], ["half", "f"])
