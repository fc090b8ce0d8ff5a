"""The visible cases of chapter 1: small round numbers, with values recorded from the reference.

The hidden suite asks the same, and a little more, of drawn numbers.
"""

import numpy as np
import pytest

from grader.compare import assert_close, check

# --- quantize


@pytest.mark.task("quantize")
def test_eight_bits(submission, reference, case):
    """With scale 0.5 the numbers 0, 0.9, -0.9, 3.3 and 200 become 0, 2, -2, 7 and 127."""
    assert_close(*both(submission, reference, case("to_int8", x=[0.0, 0.9, -0.9, 3.3, 200.0], scale=0.5)))


@pytest.mark.task("quantize")
def test_and_back(submission, reference, case):
    """With scale 0.5 the integers -128, -3, 0, 2 and 127 stand for -64, -1.5, 0, 1 and 63.5."""
    assert_close(*both(submission, reference, case("from_int8", q=[-128, -3, 0, 2, 127], scale=0.5)))


# --- pairwise_distances


@pytest.mark.task("pairwise_distances")
def test_three_points_and_two(submission, reference, case):
    """Three points against two: a row for each of the three, and 3, 4, 5 in it as in the triangle."""
    inputs = case("distances", a=[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], b=[[3.0, 0.0], [0.0, 4.0]])
    assert_close(*both(submission, reference, inputs))


# --- split_heads


@pytest.mark.task("split_heads")
def test_two_heads_at_three_places(submission, reference, case):
    """Three places with four features each, in two heads: the first two features of each place are head 0."""
    inputs = case("split_heads", x=np.arange(12).reshape(1, 3, 4).tolist(), heads=2)
    assert_close(*both(submission, reference, inputs))


@pytest.mark.task("split_heads")
def test_two_heads_merge(submission, reference, case):
    """Two heads at three places become three places with four features again."""
    assert_close(*both(submission, reference, case("merge_heads", x=np.arange(12).reshape(1, 2, 3, 2).tolist())))


@pytest.mark.task("split_heads")
def test_scores_of_one_head(submission, reference, case):
    """Three queries and two keys with four features: dot products, halved, for sqrt(4) is 2."""
    q, k = np.eye(3, 4)[None, None], np.arange(8).reshape(1, 1, 2, 4)
    assert_close(*both(submission, reference, case("scores", q=q.tolist(), k=k.tolist())))


# --- group_mean


@pytest.mark.task("group_mean")
def test_two_groups_of_five_rows(submission, reference, case):
    """Five rows in the groups 0, 1, 1, 3, 3 of four: group 1 is the mean of two rows, group 2 has none and is 0."""
    values = [[1.0, 10.0], [2.0, 20.0], [4.0, 40.0], [6.0, 60.0], [8.0, 80.0]]
    assert_close(*both(submission, reference, case("group_mean", values=values, groups=[0, 1, 1, 3, 3], num_groups=4)))


# --- masked_top_k


@pytest.mark.task("masked_top_k")
def test_two_best_of_four(submission, reference, case):
    """The two best of four, of which some do not count; the second row has only one: a hole, 0 and -1."""
    inputs = case(
        "masked_top_k",
        scores=[[3.0, 9.0, 1.0, 5.0], [2.0, 7.0, 8.0, 4.0]],
        mask=[[True, False, True, True], [False, True, False, False]],
        k=2,
    )
    assert_close(*both(submission, reference, inputs))


# --- running_stats


@pytest.mark.task("running_stats")
def test_one_batch_then_another(submission, reference, case):
    """The rows 1, 3, then 5, 7, 9: mean 5, variance 8, as if they had come at once."""
    assert_close(*both(submission, reference, case("stats", batches=[[[1.0], [3.0]], [[5.0], [7.0], [9.0]]])))


@pytest.mark.task("running_stats")
def test_forgetting(submission, reference, case):
    """After a reset the next batch counts alone, and `variables` are still the same objects."""
    assert_close(*both(submission, reference, case("stats_reset", batches=[[[1.0], [3.0]], [[5.0], [7.0], [9.0]]])))


# --- jacobian


@pytest.mark.task("jacobian")
def test_jacobian_of_squares(submission, reference, case):
    """f(x) = (x0^2 + 2 x1^2, x1^2 + 3 x2^2) at (1, 2, 3): the rows (2, 8, 0) and (0, 4, 18)."""
    b = [[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]
    assert_close(*both(submission, reference, case("jacobian", a=np.zeros((2, 3)).tolist(), b=b, x=[1.0, 2.0, 3.0])))


@pytest.mark.task("jacobian")
def test_hessian_times_ones(submission, reference, case):
    """f(x) = exp(x0) + exp(x0 + x1) at (0, 0): the Hessian is (2, 1), (1, 1); times (1, 1) it is (3, 2)."""
    inputs = case("hvp", m=[[1.0, 0.0], [1.0, 1.0]], c=[1.0, 1.0], x=[0.0, 0.0], v=[1.0, 1.0])
    assert_close(*both(submission, reference, inputs))


# --- straight_through


@pytest.mark.task("straight_through")
def test_round_as_if_not_there(submission, reference, case):
    """0.3, 1.7 and -2.6 round to 0, 2 and -3, with gradient 1."""
    assert_close(*both(submission, reference, case("round_ste", x=[0.3, 1.7, -2.6])))


@pytest.mark.task("straight_through")
def test_log_or_nothing(submission, reference, case):
    """log 1 is 0 with gradient 1, log 4 has gradient 0.25; at -2 value and gradient are 0."""
    assert_close(*both(submission, reference, case("log_or_zero", x=[1.0, 4.0, -2.0])))


# --- fit_linear


@pytest.mark.task("fit_linear")
def test_three_steps(submission, reference, case):
    """Three steps with lr 0.1 on two rows: the loss before each, and the weights that they lead to."""
    inputs = case("fit", x=[[1.0, 0.0], [1.0, 2.0]], y=[[1.0], [3.0]], weights=[[0.0], [0.0]], lr=0.1, steps=3)
    assert_close(*both(submission, reference, inputs))


@pytest.mark.task("fit_linear")
def test_weights_are_recovered(submission, reference, case):
    """32 rows whose truth is 0, 1, 2, 3: after 300 steps with lr 0.3 the weights are there to a tenth."""
    value, expected = both(submission, reference, case("recover", n=32, d=4, lr=0.3, steps=300))
    assert_close(np.shape(value["weights"]), np.shape(expected["weights"]))
    error = np.abs(value["weights"] - np.arange(4)[:, None]).max()
    check(error < 0.1, "the weights are still more than 0.1 away from the truth")


@pytest.mark.task("fit_linear")
@pytest.mark.properties
def test_data_for_a_start(submission, reference, case):
    """20 rows, 3 columns, no noise: x [20, 3] within 0 and 1, w = (0, 1, 2) as a column, y = x @ w."""
    value, expected = both(submission, reference, case("data", rows=20, d=3, seed=7))
    for name, part in expected.items():
        check(getattr(value[name], "dtype", None) == part.dtype, f"{name} should be float32")
        check(np.shape(value[name]) == part.shape, f"{name} should have shape {list(part.shape)}")
    check((value["x"] >= 0).all() and (value["x"] <= 1).all(), "x leaves the range from 0 to 1")
    assert_close(value["w"], expected["w"])
    assert_close(value["y"], value["x"] @ value["w"], atol=1e-5)


def both(submission, reference, inputs):
    """What the submission gives and what is right, for the same inputs."""
    return submission(inputs), reference(inputs)
