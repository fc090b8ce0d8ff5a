"""What agrees beside a difference: how far two runs go together, value and gradient told apart, traces counted."""

import numpy as np
import pytest

from grader import feedback
from grader.compare import find_difference
from grader.course import load
from grader.grade import Grader, as_snapshot
from grader.model import Outcome
from tests.conftest import REPOSITORY

START = [np.array([1.0, -2.0], "float32"), np.array([[3.0], [0.5]], "float32")]
MOVE = [np.array([-0.1, 0.3], "float32"), np.array([[0.2], [-0.4]], "float32")]


def walk(*factors):
    """A trajectory of two variables: step i goes `factors[i]` times the usual move."""
    now, history = list(START), {}
    for number, factor in enumerate(factors, 1):
        now = [value + np.float32(factor) * move for value, move in zip(now, MOVE, strict=True)]
        history[f"step {number}"] = {f"variable {i}": value for i, value in enumerate(now, 1)}
    return history


def words(actual, expected, start=None):
    found = find_difference(actual, expected)
    assert found is not None
    return found.words(False, start)


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ((1, 1, 1.9), "Equal for 2 steps, then 1.9 times too long."),
        ((1, 0.5, 1), "Equal for 1 step, then 2 times too short."),
        ((1, -1, 1), "Equal for 1 step, then in the opposite direction."),
        ((1, -3, 1), "Equal for 1 step, then 3 times too long and in the opposite direction."),
        ((1, 1, 0), "Equal for 2 steps, then nothing moves."),
        ((1.9, 1, 1), "The first step is 1.9 times too long."),
        ((0, 1, 1), "The first step is no step at all: nothing moves."),
    ],
)
def test_steps_are_told_by_their_length(factors, said):
    assert said in words(walk(*factors), walk(1, 1, 1), START).split("\n")


def test_where_no_factor_explains_it_the_place_is_told():
    actual = walk(1, 1, 1)
    actual["step 3"]["variable 1"] = actual["step 3"]["variable 1"] + np.array([0.7, 0.1], "float32")
    assert "Equal for 2 steps; the two part at step 3." in words(actual, walk(1, 1, 1), START)


@pytest.mark.parametrize("start", [None, [], START[:1], "start", [START[0][:1], START[1]], [1, 2]])
def test_a_first_step_without_a_known_start_says_nothing_of_its_length(start):
    assert "times too long" not in words(walk(1.9), walk(1), start)


def test_other_numbered_parts_have_no_length():
    actual, expected = ({f"epoch {i}": np.arange(3.0) * f for i, f in enumerate(fs, 1)} for fs in ((1, 2), (1, 1)))
    assert "Equal for 1 epoch; the two part at epoch 2." in words(actual, expected)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("gradient", "`loss` is right; the gradient is not."),
        ("loss", "The gradient is right; the value is not."),
    ],
)
def test_value_and_gradient_are_told_apart(changed, said):
    expected = {"loss": np.array([1.0, 2.0]), "gradient": np.array([3.0, 5.0])}
    actual = {**expected, changed: np.array([7.0, 3.5])}
    assert said in words(actual, expected)
    both = {name: np.array([7.0, 3.5]) for name in expected}
    assert "is right" not in words(both, expected)
    assert "is right" not in words({**expected, "loss": np.array([np.nan, 2.0]), "gradient": None}, expected)


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        (np.arange(3.0, dtype="f4"), np.arange(3.0), "The numbers agree: only the dtype is wrong."),
        (np.arange(6.0).reshape(3, 2), np.arange(6.0).reshape(2, 3), "The numbers are right: only the shape is wrong."),
        (np.arange(6.0).reshape(2, 3).T, np.arange(6.0).reshape(2, 3), "only the shape is wrong."),
        (np.arange(3.0)[:, None], np.arange(3.0), "only the shape is wrong."),
    ],
)
def test_right_numbers_in_a_wrong_form(actual, expected, said):
    assert said in words(actual, expected).split("\n")[0]
    assert "only the" not in words(actual + 1, expected)


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ((4, 4, 2), (4, 2), "(n, 1) with (n,) broadcasts to (n, n)"),
        ((4, 4), (4, 1), "a column (n, 1) had been combined with a row (n,)"),
        ((3, 5), (3, 2, 5), "Axis 1 has been reduced away"),
        ((3, 2, 5), (3, 5), "Axis 1 has not been reduced"),
        ((5, 3), (3, 5), "it is transposed"),
    ],
)
def test_how_a_shape_came_about(mine, theirs, said):
    assert said in words(np.zeros(mine), np.ones(theirs))


def test_no_value_is_in_these_words():
    said = words(walk(1, 1.37193), walk(1, 1), START)
    assert "Equal for 1 step, then 1.4 times too long." in said
    for value in ("1.37", "0.9", "0.8", "-1.7", "-1.4", "3.2", "0.1"):
        assert value not in said


# --- real chapters, known mistakes

KNOWN = [
    ("ch4", "momentum_nesterov", "momentum", "The first step is 1.5 times too long."),
    ("ch4", "momentum_forgets", "momentum", "Equal for 1 step; the two part at step 2."),
    ("ch4", "momentum_climbs", "momentum", "in the opposite direction"),
    ("ch4", "adam_no_correction", "adam", "The first step is"),
    ("ch4", "train_not_a_graph", "train", "Tracing: the model ran 33 times in training, traced 33"),
    ("ch5", "binary_crossentropy_kink_at_zero", "binary_crossentropy", "`loss` is right; the gradient is not."),
    (
        "ch2",
        "fit_python_rates",
        "fit",
        "Tracing: loss_fn ran 7 times, traced 4: once per rate; one trace would be right.",
    ),
    ("ch2", "fit_unrolled", "fit", "Tracing: loss_fn ran 7 times, traced 7: each time it ran, so no graph was kept"),
    ("ch3", "train_step_not_a_graph", "train_step", "Tracing: the models ran 3 times, traced 3"),
    ("ch1", "straight_through_plain_round", "straight_through", "Wrong form. `gradient` is None"),
    ("ch1", "group_mean_needs_sorted", "group_mean", "In plain words: An operation was given what it cannot work with"),
    ("ch3", "softmax_no_keepdims", "softmax", "In plain words: Two shapes do not go together"),
]


@pytest.fixture(scope="module")
def grader():
    with Grader(load(REPOSITORY), "bwrap", seed=4) as grader:
        yield grader


# Where nothing is cached each asks all of its task: the first few are enough for every check.
PARAMS = [pytest.param(*each, id=each[1], marks=[pytest.mark.slow] if i > 2 else []) for i, each in enumerate(KNOWN)]


@pytest.mark.parametrize(("key", "mutant", "task", "said"), PARAMS)
def test_known_mistakes_are_told_in_these_words(grader, key, mutant, task, said):
    chapter = grader.course.chapter(key)
    source = next(each.source for each in grader.mutants(chapter) if each.name == mutant)
    snapshot = as_snapshot(chapter, source)
    records = grader.run_program(chapter, snapshot, (task,))
    visible = feedback.visible_errors(records)
    wrong = [record for record in records if record.outcome is not Outcome.PASSED]
    told = [feedback.message(record, snapshot, visible, grader.course.translations) for record in wrong]
    assert any(said in each for each in told), "\n\n".join(told)
