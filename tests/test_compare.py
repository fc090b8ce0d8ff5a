"""Comparison of value trees: what counts as a difference, and the words for it."""

from __future__ import annotations

import math
import time
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.compare import ClaimFailed, Mismatch, assert_close, check, find_difference, similar
from grader.differences import digits, path_text, symbols

DTYPES = [np.bool_, np.int8, np.int64, np.uint8, np.uint64, np.float16, np.float32, np.float64]

arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=10,
)


def words(actual: Any, expected: Any, *, show: bool = False, **options: Any) -> str:
    found = find_difference(actual, expected, **options)
    assert found is not None
    return found.words(show)


# --- what holds of any trees ---


@settings(max_examples=300, deadline=None)
@given(trees, trees)
def test_no_pair_of_trees_raises_anything_but_a_mismatch(actual: Any, expected: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            assert_close(actual, expected)
        except Mismatch as found:
            for show in (False, True):
                said = found.difference.words(show)
                assert said
                assert said.replace("\n", "").isprintable()
        similar(actual, expected)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_every_tree_is_similar_to_itself(tree: Any) -> None:
    assert similar(tree, tree)
    assert find_difference(tree, tree, equal_nan=True) is None


@settings(max_examples=200, deadline=None)
@given(
    hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=5), elements=st.floats(-1e6, 1e6)),
    st.data(),
)
def test_the_first_wrong_element_is_found(expected: np.ndarray, data: st.DataObject) -> None:
    wrong = sorted(data.draw(st.sets(st.integers(0, expected.size - 1), min_size=1)))
    actual = expected.copy()
    actual.flat[wrong] += 1 + np.abs(actual.flat[wrong])
    found = find_difference([actual], [expected])
    assert found is not None
    assert found.index is not None
    assert np.ravel_multi_index(found.index, expected.shape) == wrong[0]
    assert (found.differing, found.total) == (len(wrong), expected.size)


@pytest.mark.parametrize("other", [10**400, -(10**400), 2**63, float("inf"), 1e308, -1e308, 5e-324])
@pytest.mark.parametrize("number", [10**400, 1, 0, 1.0, 1e308, float("nan"), float("-inf")])
def test_extreme_numbers_have_words(number: float, other: float) -> None:
    if type(number) is type(other) and number == other:
        return
    assert words(number, other)
    assert words(number, other, show=True)


def test_cycles_and_bottomless_trees_end() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert "nested too deeply" in words(cycle, cycle)
    assert "nested too deeply" in words(deep, deep)


# --- exact types ---


OTHER_TYPES: list[tuple[Any, Any]] = [
    (1, 1.0),
    (True, 1),
    (1, True),
    (1.0, np.array(1.0)),
    (np.array(1), 1),
    (None, 0),
    ("1", 1),
    ([1], {"0": 1}),
    ([1.0], np.array([1.0])),
    (b"1", "1"),
    (1 + 0j, 1.0),
    (np.float64(1.0), 1.0),
    (np.array(["a"]), np.array(["a"])),
    (np.array([1 + 0j]), np.array([1 + 0j])),
    (np.array([None]), np.array([None])),
    (np.array([1], dtype="f4"), np.array([1], dtype="f8")),
    (np.array([1], dtype="i4"), np.array([1], dtype="i8")),
    ({1: 2}, {"1": 2}),
    ({"a": 1}, {"a": 1, "b": 2}),
    ([1], [1, 2]),
    (np.array([[1.0]]).view(np.recarray), np.array([[1.0]])),
    (np.ma.masked_array([1.0], mask=[True]), np.array([1.0])),
]


@pytest.mark.parametrize("row", range(len(OTHER_TYPES)))
def test_another_type_is_another_value(row: int) -> None:
    actual, expected = OTHER_TYPES[row]
    assert not similar(actual, expected)
    assert words(actual, expected, show=True)


def test_nothing_of_the_values_is_called() -> None:
    class Agreeable(float):
        def __eq__(self, other: object) -> bool:
            raise AssertionError("called")

        __hash__ = float.__hash__

        def __repr__(self) -> str:
            raise AssertionError("called")

    class Cunning(np.ndarray):
        def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError("called")

    class Names(dict):  # type: ignore[type-arg]
        def keys(self) -> Any:
            raise AssertionError("called")

    for actual, expected in [
        (Agreeable(1), 1.0),
        (np.array([1.0]).view(Cunning), np.array([1.0])),
        (Names(), {}),
        ({Agreeable(1): 1}, {"a": 1}),
    ]:
        assert not similar(actual, expected)
        assert "Agreeable" not in words(actual, expected, show=True)


def test_tuples_are_lists_and_the_order_of_keys_is_free() -> None:
    assert similar((1, [2.0]), [1, (2.0,)])
    assert similar({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert similar(np.array([1], dtype=">f4"), np.array([1], dtype="<f4"))
    assert similar(np.arange(10.0)[::2], np.array([0.0, 2, 4, 6, 8]))


# --- tolerance ---


def test_floats_are_close_and_integers_are_equal() -> None:
    assert similar(1.0 + 9e-6, 1.0)
    assert not similar(1.0 + 2e-5, 1.0)
    assert not similar(np.array([1_000_001]), np.array([1_000_000]), rtol=1.0)
    assert not similar(1_000_001, 1_000_000, rtol=1.0)
    assert not similar(np.array([True]), np.array([False]), atol=5.0)
    assert similar(np.zeros((0, 3)), np.ones((0, 3)))
    assert similar(0.0, -0.0)


def test_nan_and_infinity() -> None:
    nan, inf = math.nan, math.inf
    for wrap in (float, np.array, lambda number: np.array([1.0, number], dtype=np.float32)):
        assert find_difference(wrap(nan), wrap(nan)) is not None
        assert find_difference(wrap(nan), wrap(nan), equal_nan=True) is None
        assert find_difference(wrap(inf), wrap(inf)) is None
        for actual, expected in [(inf, -inf), (nan, inf), (inf, 1.0), (1.0, inf), (1.0, nan), (nan, 1.0)]:
            found = find_difference(wrap(actual), wrap(expected), equal_nan=True)
            assert found is not None
            assert found.kind == "finite"


def test_huge_values_are_compared_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        huge = np.array([1e308, -1e308, np.inf, np.nan])
        assert similar(huge * (1 - 1e-9), huge)
        assert not similar(-huge, huge)
        single = np.full(3, 3e38, np.float32)
        assert not similar(-single, single)
        assert words(np.array([1e308, 1.0]), np.array([-1e308, 1.0]))


def test_a_few_thousand_elements_take_microseconds() -> None:
    expected = {"steps": [np.random.default_rng(0).normal(size=2000) for _ in range(3)]}
    actual = {"steps": [array + 1e-9 for array in expected["steps"]]}
    fastest = math.inf
    for _ in range(20):
        start = time.perf_counter()
        assert similar(actual, expected)
        fastest = min(fastest, time.perf_counter() - start)
    assert fastest < 2e-3


# --- where ---


def test_the_form_comes_before_the_values_and_the_values_in_order() -> None:
    one, two = np.ones(2), np.zeros(2)
    assert find_difference([one, np.ones(3)], [two, np.ones(2)]).kind == "shape"  # type: ignore[union-attr]
    mixed = find_difference([one, np.ones(3), np.ones(2, "f4")], [two, np.ones(2), np.ones(2)])
    assert mixed is not None
    assert mixed.kind == "dtype"
    assert mixed.path == (2,)
    assert find_difference([one, 1], [two, 1.0]).path == (1,)  # type: ignore[union-attr]
    values = find_difference([one, np.array([np.nan, 1])], [two, np.ones(2)])
    assert values is not None
    assert values.kind == "value"
    assert values.path == (0,)


def test_the_place_reads_as_code() -> None:
    expected = {"steps": [{"theta": np.arange(6.0).reshape(2, 3)} for _ in range(3)]}
    actual = {"steps": [{"theta": step["theta"].copy()} for step in expected["steps"]]}
    actual["steps"][2]["theta"][1, 2] = 5.1
    found = find_difference(actual, expected)
    assert found is not None
    assert (found.place, found.index) == ("steps[2].theta", (1, 2))
    assert found.absolute == pytest.approx(0.1)
    assert found.relative == pytest.approx(0.02)
    assert found.words(False).splitlines() == [
        "`steps[2].theta` at index [1, 2] is off by 0.1 (relative error 0.02); 1 of 6 elements differ.",
        "`steps[0]` to `steps[1]` agree; the two part at `steps[2]`.",
    ]
    assert path_text(("odd key", 0, "x\x1b[0m", "y" * 99)).isprintable()


def test_two_digits() -> None:
    numbers = [0, 1.96, 2.04, 0.0123, 0.123, 12.3, 99.9, 128, 123456, 1.23e7, 1.23e-7, math.inf]
    assert [digits(number) for number in numbers] == [
        "0", "2", "2", "0.012", "0.12", "12", "100", "130", "120000", "1.2e+07", "1.2e-07",
        "more than any float can hold",
    ]  # fmt: skip


# --- what a hidden case may say ---


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.full((7331, 2), 4242.0), np.full((2, 9119), 8181.0)),
        (np.array([4242.0, 7331.0]), np.array([8181.0, 9119.0])),
        ([4242] * 7331, [8181] * 9119),
        ({"k7331": 1}, {}),
        ("it is 7331", "it is 9119"),
        (7331, 8181.0),
        (np.array([7331, 2]), np.array([9119, 4])),
        (True, False),
    ],
)
def test_a_hidden_case_shows_no_value_of_either_side(actual: Any, expected: Any) -> None:
    said = words(actual, expected)
    assert not any(number in said for number in ("7331", "9119", "4242", "8181", "True", "False"))


def test_a_public_case_shows_both_sides() -> None:
    said = words(np.array([1.0, 2.5]), np.array([1.0, 2.0]), show=True)
    assert "expected: [1., 2.]" in said
    assert "actual:   [1. , 2.5]" in said
    expected = np.arange(5000.0)
    actual = expected.copy()
    actual[4000] = 1
    said = words(actual, expected, show=True)
    assert "[3997:4004]" in said
    assert "4000." in said
    assert "12." not in said
    close = words(np.array([1.000001]), np.array([1.0]), show=True, rtol=0.0, atol=1e-9)
    assert "1.000001" in close
    assert "'a\\x1b[31m\\u202e\\ud800'" in words("a\x1b[31m\u202e\ud800", "b", show=True)
    assert len(words("x" * 10**6, "y", show=True)) < 300


def test_shapes_are_spelled_with_letters() -> None:
    assert symbols((5, 1), (5,)) == ("(n, 1)", "(n,)")
    assert symbols((3, 5), (5, 3)) == ("(m, n)", "(n, m)")
    assert symbols((4, 77, 10), (5, 5)) == ("(n-1, ?, 2n)", "(n, n)")
    assert symbols((), (0, 1)) == ("()", "(0, 1)")
    assert symbols((1, 2), (2, 3)) == ("(1, n)", "(n, m)")


# --- patterns ---

BASE = np.random.default_rng(1).normal(size=(4, 4)).astype(np.float32)


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        (np.ones((5, 1)), np.ones(5), "axis of size 1 too many"),
        (np.ones(5), np.ones((5, 1)), "keep the column"),
        (np.ones((5, 5)), np.ones(5), "broadcasts to (n, n)"),
        (np.ones((5, 5)), np.ones((5, 1)), "broadcasts to (n, n)"),
        (np.ones((3, 5)), np.ones((5, 3)), "transposed"),
        (np.ones(()), np.ones(5), "reduced to one number"),
        (np.ones(5), np.ones(()), "not been reduced"),
        (np.ones((6, 2)), np.ones((3, 4)), "check the reshape"),
        (np.ones((6, 2)), np.ones((6, 3)), "Axis 1 has another size"),
        (BASE.T, BASE, "It is the transpose"),
        (-BASE, BASE, "the right size but the opposite sign"),
        (1.9 * BASE, BASE, "Everywhere 1.9 times too large."),
        (BASE / 10, BASE, "Everywhere 10 times too small."),
        (-2 * BASE, BASE, "Everywhere 2 times too large and with the opposite sign."),
        (BASE * np.float32(1.05), BASE, "Everywhere 1.05 times too large."),
        (BASE + np.float32(0.5), BASE, "too large by the same amount"),
        (0 * BASE, BASE, "Every element is zero"),
        (0 * BASE + 3, BASE, "the same number"),
        (BASE[[2, 1, 0, 3]], BASE, "in another order"),
        (BASE + np.float32(1e-4) * BASE[::-1], BASE, "nearly right"),
        (BASE * np.nan, BASE, "NaN comes from"),
        (BASE * np.inf, BASE, "Infinity comes from"),
        (BASE.astype("f8"), BASE, "dtype of the inputs"),
        (BASE, BASE.astype("f8"), "fixed to float32"),
        (BASE.astype("i4"), BASE, "a cast"),
        (None, BASE, "Is a `return` missing?"),
        (np.array(1.0), 1.0, "convert it with float()"),
        (2.0, -2.0, "It has the right size but the opposite sign"),
        (0.0, 1.0, "It is zero"),
    ],
)
def test_common_mistakes_are_named(actual: Any, expected: Any, said: str) -> None:
    found = words(actual, expected, rtol=1e-6)
    assert said in found
    assert found.count("\n") <= 1


def test_lists_and_keys_are_told_apart() -> None:
    assert words([1], [1, 2]) == "The answer has one entry too few."
    assert words([1] * 9, [1, 2]) == "The answer has too many entries."
    assert words([1] * 9, [1, 2], show=True) == "The answer has 9 entries, expected 2."
    assert words({"loss": 1, "x": 1}, {"loss": 1, "lr": 1}) == (
        "The answer lacks `lr` and has a key that is not expected."
    )
    assert "has `x` that is not expected" in words({"loss": 1, "x": 1}, {"loss": 1}, show=True)
    assert words({"a": [1, 2, 4]}, {"a": [1, 2, 3]}).startswith("`a[2]` is off by 1 (relative error 0.33).")
    assert "The first entry agrees; the two part at `[1]`." in words([1.0, 5.0], [1.0, 2.0])


# --- the public face ---


def test_a_mismatch_carries_its_difference_and_hidden_words() -> None:
    with pytest.raises(Mismatch) as caught:
        assert_close(1.5, 1.0)
    assert caught.value.difference.absolute == 0.5
    assert str(caught.value) == caught.value.difference.words(show_values=False)
    assert isinstance(caught.value, AssertionError)


@pytest.mark.parametrize("condition", [1, "yes", [0], None, False, np.False_, np.array([True]), 1.0])
def test_a_claim_holds_only_where_it_is_exactly_true(condition: Any) -> None:
    check(True, "never said")
    check(np.True_, "never said")
    with pytest.raises(ClaimFailed) as caught:
        check(condition, "Each batch holds rows that belong together.")
    assert caught.value.words == "Each batch holds rows that belong together."


def test_a_place_made_of_words_and_numbers_is_said_as_one_would():
    right = {"step 1": {"variable 2": np.array([1.0, 2.0])}}
    wrong = {"step 1": {"variable 2": np.array([2.0, 3.0])}}
    said = find_difference(wrong, right, rtol=0, atol=0).words(show_values=False).split("\n")[0]
    assert said == "Variable 2 of step 1 at index [0] is off by 1 (relative error 1); both elements differ."
