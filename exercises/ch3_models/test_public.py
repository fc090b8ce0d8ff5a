"""The visible cases of chapter 3: small round numbers, with values recorded from the reference.

The hidden suite asks the same, and a little more, of drawn numbers.
"""

import pytest

from grader.compare import assert_close, check

ROWS = [[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]]
WEIGHTS = [[[2.0], [1.0]], [10.0]]
TARGETS = [[5.0], [15.0], [-4.0]]
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def assert_ticks(actual, expected, what):
    """The models were computed as often as they must be, and Python ran their code once each, while tracing."""
    assert_close(sorted(actual), sorted(expected))
    run, traced = actual["run"], actual["traced"]
    check(run == expected["run"], f"tracing: the models ran {run} times; {expected['run']} would be right")
    why = ": each time they ran, so no graph was kept" if traced == run else ""
    words = f"tracing: the models ran {run} times, traced {traced}{why}; {what} is traced once for each model"
    check(traced == expected["traced"], words)


# --- linear_regression


@pytest.mark.task("linear_regression")
@pytest.mark.parametrize("kind", ["LinearRegression", "LinearRegressionV2"])
def test_models_for_five_parameters(submission, reference, case, kind):
    """A model for five parameters has a weight of shape [5, 1]; the second one has a bias of shape [1] too."""
    inputs = case("model_variables", kind=kind, num_parameters=5)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("linear_regression")
@pytest.mark.parametrize("kind", ["LinearRegression", "LinearRegressionV2"])
def test_predictions_for_three_rows(submission, reference, case, kind):
    """With weights 2 and 1 the row [1, 2] becomes 4; with a bias of 10 it becomes 14."""
    weights = WEIGHTS if kind == "LinearRegressionV2" else WEIGHTS[:1]
    inputs = case("predictions", kind=kind, x=ROWS, weights=weights)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("linear_regression")
def test_fit_moves_weights_and_bias(submission, reference, case):
    """Two epochs of `fit` move both weights and the bias, and the loss falls."""
    inputs = case("fitted", kind="LinearRegressionV2", epochs=2, x=ROWS, y=TARGETS, weights=WEIGHTS)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-4)


# --- train_step


@pytest.mark.task("train_step")
def test_two_steps_on_three_rows(submission, reference, case):
    """Two steps on three rows: the loss falls, and each weight moves by -0.01 times its gradient."""
    inputs = case("steps", turns=2, given={"x": ROWS, "y": TARGETS, "weights": WEIGHTS})
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


@pytest.mark.task("train_step")
def test_two_models_take_turns(submission, reference, case):
    """Two models in the order A B A: each moves its own weights; two traces, three runs."""
    inputs = case("interleaved", order=[0, 1, 0])
    value, expected = submission(inputs), reference(inputs)
    for name in ("losses", "weights"):
        assert_close(value[name], expected[name], rtol=1e-4, atol=1e-4)
    assert_ticks(value["ticks"], expected["ticks"], "train_step")


@pytest.mark.task("train_step")
def test_the_loss_on_three_rows(submission, reference, case):
    """`test_step` gives the mean of the squared errors, and gives it again when it is asked again."""
    inputs = case("tests", turns=2, given={"x": ROWS, "y": TARGETS, "weights": WEIGHTS})
    assert_close(submission(inputs), reference(inputs), **TOLERANCE)


# --- linear


@pytest.mark.task("linear")
@pytest.mark.parametrize("use_bias", [True, False])
def test_two_rows_of_three_numbers(submission, reference, case, use_bias):
    """Linear(4) has no variables at first; after data of shape [2, 3] its kernel has shape [3, 4], its bias [4]."""
    inputs = case("layer_life", sizes=[2, 3, 4], use_bias=use_bias)
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("linear")
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_a_layer_of_two_units(submission, reference, case, activation):
    """Two units for three rows: `x @ kernel + bias`, and with "relu" what is negative becomes 0."""
    given = {"x": ROWS, "kernel": [[1.0, -1.0], [2.0, 0.5]], "bias": [-2.0, 1.0]}
    inputs = case("layer_output", activation=activation, given=given)
    assert_close(submission(inputs), reference(inputs))


# --- collapse

FIRST = [[[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]], [1.0, 0.0, 2.0]]
SECOND = [[[1.0], [2.0], [3.0]], [10.0]]


@pytest.mark.task("collapse")
def test_two_layers_become_one(submission, reference, case):
    """A [2, 3] layer and a [3, 1] layer: W has shape [2, 1], and the first bias goes through the second kernel."""
    inputs = case("collapsed", layers=[FIRST, SECOND])
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("collapse")
def test_a_relu_does_not_collapse(submission, reference, case):
    """With a ReLU in the first of two layers there is no such layer: a ValueError."""
    inputs = case("not_collapsible", depth=2, at=0, activation="relu")
    assert_close(submission(inputs), reference(inputs))


# --- activations


@pytest.mark.task("activations")
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "swish", "softplus"])
def test_activations_at_round_numbers(submission, reference, case, name):
    """Values and gradients at -100, -2, -0.5, 0.5, 2 and 100."""
    inputs = case("activation", name=name, where="given", x=[-100.0, -2.0, -0.5, 0.5, 2.0, 100.0])
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=2e-6)


@pytest.mark.task("activations")
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "swish", "softplus"])
def test_the_curve_of_an_activation(submission, reference, case, name):
    """From -5.75 to 5.75: the curve, and its slope."""
    inputs = case("activation", name=name, where="given", x=[i / 2 - 5.75 for i in range(24)])
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=2e-6)


# --- softmax


@pytest.mark.task("softmax")
@pytest.mark.parametrize("x", [[[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], [[100.0, 99.0], [-100.0, -98.0]]])
def test_softmax_of_two_rows(submission, reference, case, x):
    """Softmax and log-softmax of two rows, with their gradients; also of rows with 100 in them."""
    inputs = case("soft", x=x)
    assert_close(submission(inputs), reference(inputs), rtol=1e-5, atol=2e-6)


# --- mlp


@pytest.mark.task("mlp")
def test_two_layers_in_a_row(submission, reference, case):
    """A Sequential of two layers gives the second layer what the first one returns."""
    kernels = [[[1.0, 0.5], [-0.5, 0.25]], [[0.5, 1.0], [2.0, -1.0]]]
    inputs = case("chain", given={"x": ROWS, "kernels": kernels})
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("mlp")
@pytest.mark.parametrize("as_int", [True, False])
def test_an_mlp_with_two_hidden_units(submission, reference, case, as_int):
    """MLP(2, 1) and MLP([2], 1) are the same network: a ReLU layer of two units, then a linear one."""
    given = {"x": ROWS, "weights": [[[1.0, -1.0], [2.0, 0.5]], [-2.0, 1.0], [[1.0], [-3.0]], [0.5]]}
    inputs = case("network", hidden=1, as_int=as_int, given=given)
    assert_close(submission(inputs), reference(inputs))


# --- train


@pytest.mark.task("train")
def test_the_parts_of_boston_housing(submission, reference, case):
    """The four parts have the shapes [404, 13], [404, 1], [102, 13] and [102, 1]; the first training price is 15.2."""
    inputs = case("boston")
    assert_close(submission(inputs), reference(inputs))


@pytest.mark.task("train")
def test_twenty_epochs_on_boston(submission, reference, case):
    """Twenty epochs, with a row of history after every ten, which is the default."""
    inputs = case("training", boston=True, n_epochs=20, his_freq=None)
    assert_close(submission(inputs), reference(inputs), rtol=1e-4, atol=1e-4)
