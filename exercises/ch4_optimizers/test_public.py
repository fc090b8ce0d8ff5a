"""The visible cases of chapter 4: small round numbers, with values recorded from the reference.

The hidden suite asks the same, and a little more, of drawn numbers.
"""

import numpy as np
import pytest

from grader.compare import assert_close, check

START = [[1.0, -2.0], [[3.0], [0.5], [-1.0]]]
GRADIENTS = [
    [[1.0, 2.0], [[-1.0], [0.5], [4.0]]],
    [[0.5, -2.0], [[-2.0], [1.0], [2.0]]],
    [[2.0, 1.0], [[1.0], [3.0], [-4.0]]],
]
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
ADAM = {"rtol": 1e-4, "atol": 5e-5}  # 1 - 0.999 in float32 is 5e-5 off
PATH = {"rtol": 1e-3, "atol": 2e-3}  # twelve steps in float32
BOSTON = {"rtol": 1e-4, "atol": 1e-8}  # the learning rates are as small as 1e-7


# --- gradient_descent


@pytest.mark.task("gradient_descent")
def test_three_steps_of_gradient_descent(submission, reference, case):
    """Three steps with lr 0.1 on two variables: each moves by -0.1 times its gradient."""
    inputs = case("trajectory", optimizer="GradientDescent", settings={"lr": 0.1}, start=START, gradients=GRADIENTS)
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


@pytest.mark.task("gradient_descent")
def test_a_gradient_may_be_none(submission, reference, case):
    """The first of two variables has no gradient: it stays, the second moves."""
    gradients = [[None, row[1]] for row in GRADIENTS]
    inputs = case("trajectory", optimizer="GradientDescent", settings={"lr": 0.1}, start=START, gradients=gradients)
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


@pytest.mark.task("gradient_descent")
def test_down_a_bowl_by_gradient_descent(submission, reference, case):
    """Twelve steps with lr 0.15 down a long bowl, from (-4, 2): to and fro across, slowly along."""
    inputs = case("descent", optimizer="GradientDescent", settings={"lr": 0.15})
    assert_close(submission(inputs), reference(inputs), **PATH)


# --- clipping


@pytest.mark.task("clipping")
@pytest.mark.parametrize("gradient", [[3.0, 4.0], [[1.0, 2.0], [2.0, 4.0]]])
def test_norm_five_becomes_two(submission, reference, case, gradient):
    """A gradient of norm 5, clipped to 2, is 2/5 of itself: [3, 4] becomes [1.2, 1.6]."""
    inputs = case("clip", gradient=gradient, clipnorm=2.0)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("clipping")
@pytest.mark.parametrize("gradient", [[0.3, -0.4], [0.0, 0.0]])
def test_short_gradients_stay(submission, reference, case, gradient):
    """[0.3, -0.4] and [0, 0] are shorter than 2 and stay as they are."""
    inputs = case("clip", gradient=gradient, clipnorm=2.0)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("clipping")
def test_gradient_descent_clips(submission, reference, case):
    """GradientDescent with clipnorm 2 clips the gradient of each of two variables by itself."""
    settings = {"lr": 0.1, "clipnorm": 2.0}
    inputs = case("trajectory", optimizer="GradientDescent", settings=settings, start=START, gradients=GRADIENTS)
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


# --- dataset


@pytest.mark.task("dataset")
def test_ten_rows_in_batches_of_three(submission, reference, case):
    """Ten rows in batches of three, not shuffled: three batches, in order; the tenth row is dropped."""
    inputs = case("epochs", batch_size=3, full=3, rest=1, shuffle=False)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("dataset")
@pytest.mark.properties
def test_twenty_shuffled_rows(submission, reference, case):
    """Twenty rows in batches of four, shuffled, twice: each epoch has every row once, x beside its own y."""
    inputs = case("epochs", batch_size=4, full=5, passes=2)
    value, expected = submission(inputs), reference(inputs)
    check(list(value) == list(expected), "there should be two epochs")
    for name, epoch in value.items():
        shapes = [[part.shape for part in batch] for batch in epoch]
        check(shapes == [[(4, 3), (4,)]] * 5, f"{name} should be five batches of four rows")
        x = np.concatenate([batch[0][:, 0] for batch in epoch])
        y = np.concatenate([batch[1] for batch in epoch])
        check(np.array_equal(np.sort(x), np.arange(20)), f"in {name} some rows came twice or never")
        check(np.array_equal(x, y - 1000), f"in {name} x and y came apart")


@pytest.mark.task("dataset")
def test_unequal_lengths_raise(submission, reference, case):
    """Two tensors of different lengths raise a ValueError."""
    inputs = case("mismatch", longer=0)
    assert_close(submission(inputs), reference(inputs))


# --- momentum


@pytest.mark.task("momentum")
@pytest.mark.parametrize("compiled", [False, True])
def test_three_steps_of_momentum(submission, reference, case, compiled):
    """Three steps with lr 0.1 and beta 0.5 on two variables, as plain Python and as a tf.function."""
    settings = {"lr": 0.1, "beta": 0.5}
    inputs = case(
        "trajectory", optimizer="Momentum", settings=settings, start=START, gradients=GRADIENTS, compiled=compiled
    )
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


@pytest.mark.task("momentum")
def test_down_a_bowl_by_momentum(submission, reference, case):
    """Twelve steps with lr 0.05 and beta 0.7 down a long bowl, from (-4, 2): it gathers speed along the bottom."""
    inputs = case("descent", optimizer="Momentum", settings={"lr": 0.05, "beta": 0.7})
    assert_close(submission(inputs), reference(inputs), **PATH)


# --- adam


@pytest.mark.task("adam")
@pytest.mark.parametrize("compiled", [False, True])
def test_three_steps_of_adam(submission, reference, case, compiled):
    """Three steps with lr 0.1 on two variables, as plain Python and as a tf.function: the first is 0.1 long everywhere."""
    inputs = case(
        "trajectory", optimizer="Adam", settings={"lr": 0.1}, start=START, gradients=GRADIENTS, compiled=compiled
    )
    assert_close(submission(inputs), reference(inputs), **ADAM)


@pytest.mark.task("adam")
def test_down_a_bowl_by_adam(submission, reference, case):
    """Twelve steps with lr 0.4 down a long bowl, from (-4, 2): as fast along it as across."""
    inputs = case("descent", optimizer="Adam", settings={"lr": 0.4})
    assert_close(submission(inputs), reference(inputs), **PATH)


# --- keras_adam


@pytest.mark.task("keras_adam")
def test_three_steps_of_keras_adam(submission, reference, case):
    """Three steps with learning rate 0.1 on two variables: the same numbers as Adam's."""
    inputs = case("keras_steps", settings={"learning_rate": 0.1}, start=START, gradients=GRADIENTS)
    assert_close(submission(inputs), reference(inputs), **ADAM)


@pytest.mark.task("keras_adam")
def test_there_and_back_by_the_config(submission, reference, case):
    """An optimizer made from the config of another has its settings and takes its steps."""
    settings = {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.125}
    inputs = case("keras_config", settings=settings)
    assert_close(submission(inputs), reference(inputs), **ADAM)


@pytest.mark.task("keras_adam")
def test_down_a_bowl_by_keras_adam(submission, reference, case):
    """The way of Adam down a long bowl, with learning rate 0.4 from (-4, 2)."""
    inputs = case("descent", optimizer="KerasAdam", settings={"learning_rate": 0.4})
    assert_close(submission(inputs), reference(inputs), **PATH)


# --- train


@pytest.mark.task("train")
def test_three_epochs_on_boston(submission, reference, case):
    """Three epochs on Boston housing with gradient descent: the history, and the weights afterwards."""
    inputs = case("training", boston=True, lr=1e-6, n_epochs=3)
    assert_close(submission(inputs), reference(inputs), **BOSTON)


# --- lr_experiments


@pytest.mark.task("lr_experiments")
def test_two_rates_on_boston(submission, reference, case):
    """Two learning rates, two epochs each, on Boston housing: four rows, each with its rate."""
    inputs = case("experiments", rates=[1e-7, 1e-6], boston=True, n_epochs=2)
    assert_close(submission(inputs), reference(inputs), **BOSTON)
