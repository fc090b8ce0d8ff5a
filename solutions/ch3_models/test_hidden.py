"""The hidden suite of chapter 3: each function is one claim, worth an equal share of its task's points.

A claim about one thing leaves everything else at its default, so that one mistake costs the claims that it breaks
and no others. Wrong programs miss by a factor of 10 or more; the tolerances leave room for other right ways to round.
"""

import numpy as np
import pytest

from grader.compare import assert_close, check

STEPS = {"rtol": 1e-4, "atol": 1e-5}  # some steps in float32
LAYERS = {
    "rtol": 1e-4,
    "atol": 1e-5,
}  # sums in float32 that may cancel; each processor adds them in an order of its own
PRODUCTS = {"rtol": 1e-4, "atol": 1e-4}  # of up to four matrices in float32, with terms up to about 100
CURVES = {"rtol": 2e-5, "atol": 2e-6}
ERF = {"rtol": 6e-5, "atol": 6e-6}  # x * (1 + erf(x)) in float32 cancels to about 1e-6
DOUBLE = {"rtol": 1e-9, "atol": 1e-10}
DIGITS = {"rtol": 1e-4, "atol": 0.0}


def close(submission, reference, inputs, **tolerance):
    assert_close(submission(inputs), reference(inputs), **tolerance)


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
def test_the_model_knows_its_weights(submission, reference, case, kind):
    """`model.variables` holds every weight, in its shape, as soon as the model is made: what Keras does not track, it does not train.

    Hint: Print `model.variables` right after the model is made. What makes Keras track a weight, and which shape do
    you ask for?
    """
    close(submission, reference, case("model_variables", kind=kind))


@pytest.mark.task("linear_regression")
@pytest.mark.parametrize("kind", ["LinearRegression", "LinearRegressionV2"])
def test_a_prediction_is_a_column(submission, reference, case, kind):
    """The predictions for n rows are `x @ w`, and the bias where there is one, of shape [n, 1], and the same when asked again.

    Hint: Print the shape of a prediction: is there an axis at the end?
    """
    close(submission, reference, case("predictions", kind=kind))


@pytest.mark.task("linear_regression")
@pytest.mark.parametrize("kind", ["LinearRegression", "LinearRegressionV2"])
def test_the_bias_starts_at_a_hundred(submission, reference, case, kind):
    """For a row of zeros a new LinearRegressionV2 predicts its bias, 100, and a LinearRegression, which has none, 0.

    Hint: Send a row of zeros through the new model: what is left is the bias.
    """
    close(submission, reference, case("model_start", kind=kind))


@pytest.mark.task("linear_regression")
@pytest.mark.parametrize("kind", ["LinearRegression", "LinearRegressionV2"])
def test_fit_trains_every_weight(submission, reference, case, kind):
    """`compile` and `fit` train every weight of the model, the bias too.

    Hint: Print `model.trainable_variables`: which weight is missing there?
    """
    close(submission, reference, case("fitted", kind=kind), **STEPS)


# --- train_step: no two claims have as many rows, so that a graph that is kept for a form is another's in none


@pytest.mark.task("train_step")
@pytest.mark.parametrize("turns", [1, 4])
def test_a_step_descends_by_a_hundredth(submission, reference, case, turns):
    """A step moves every weight by -0.01 times the gradient of the mean squared error, a mean over all elements.

    Hint: Compare one step with -0.01 times the gradient, on numbers that you can do by hand: is the loss a mean over
    all elements?
    """
    inputs = case("steps", turns=turns, rows=10 + turns)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["weights"], expected["weights"], **STEPS)


@pytest.mark.task("train_step")
def test_the_loss_is_that_before_the_step(submission, reference, case):
    """The loss that comes back is the one that gave the gradients: the loss before the step.

    Hint: Return the loss that the tape has seen.
    """
    inputs = case("steps", turns=1, rows=12)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["losses"], expected["losses"], **STEPS)


@pytest.mark.task("train_step")
def test_a_frozen_weight_stays(submission, reference, case):
    """A weight that is not trainable stays as it is, and the others learn.

    Hint: Which list of variables do you ask gradients for?
    """
    inputs = case("steps", frozen=True, rows=13)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["weights"], expected["weights"], **STEPS)


@pytest.mark.task("train_step")
def test_models_take_turns_in_train_step(submission, reference, case):
    """When three models take turns, each moves its own weights; the step is traced once a model and run at every turn.

    Hint: Does the graph get the model as an argument, or does it hold the first one that it met?
    """
    inputs = case("interleaved", order=[0, 1, 0, 2, 1, 0, 0])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["weights"], expected["weights"], **STEPS)
    assert_ticks(value["ticks"], expected["ticks"], "train_step")


@pytest.mark.task("train_step")
def test_testing_changes_nothing(submission, reference, case):
    """`test_step` gives the mean of the squared errors and leaves the weights alone.

    Hint: Compare with the mean of squares by hand, and look for an `assign` in `test_step`.
    """
    close(submission, reference, case("tests", turns=3, rows=14), **STEPS)


@pytest.mark.task("train_step")
def test_models_take_turns_in_test_step(submission, reference, case):
    """`test_step` gives each model its own loss; it is traced once a model and run at every turn.

    Hint: Does the graph get the model as an argument, or does it hold the first one that it met?
    """
    inputs = case("tested", order=[0, 1, 2, 1, 0, 2, 2, 1])
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["losses"], expected["losses"], **STEPS)
    assert_ticks(value["ticks"], expected["ticks"], "test_step")


# --- linear


@pytest.mark.task("linear")
def test_a_layer_waits_for_its_data(submission, reference, case):
    """Before the first data a layer has no variables; then it has a kernel and a bias, tracked and trainable, and keeps them.

    Hint: Weights are made in `build`, which Keras calls once, with the shape of the first data.
    """
    close(submission, reference, case("layer_life"))


@pytest.mark.task("linear")
def test_a_layer_without_a_bias(submission, reference, case):
    """With `use_bias=False` there is a kernel and nothing else.

    Hint: Print the variables of a layer with `use_bias=False`.
    """
    close(submission, reference, case("layer_life", use_bias=False))


@pytest.mark.task("linear")
@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
def test_the_activation_comes_last(submission, reference, case, activation):
    """The output is `activation(x @ kernel + bias)`: the bias is inside, the activation comes last.

    Hint: What does the activation act on: the product, or the product plus the bias?
    """
    close(submission, reference, case("layer_output", activation=activation), **LAYERS)


@pytest.mark.task("linear")
@pytest.mark.parametrize("lead", [2, 3])
def test_leading_axes_stay(submission, reference, case, lead):
    """Only the last axis is transformed: data of shape [a, b, d] become [a, b, units].

    Hint: Try data with three axes; is there a reshape, or a product that takes only two?
    """
    close(submission, reference, case("layer_output", lead=lead), **LAYERS)


@pytest.mark.task("linear")
def test_a_layer_in_a_model_follows_its_weights(submission, reference, case):
    """Inside a model the layer computes with the weights that it has now, not with those of its first call.

    Hint: Set the weights to zeros and call again. If nothing changes, a graph has kept the first ones: who decorates
    `call`?
    """
    close(submission, reference, case("layer_model"), **LAYERS)


@pytest.mark.task("linear")
def test_the_base_class_gets_its_arguments(submission, reference, case):
    """What the base class takes is handed on: a layer with `dtype="float64"` computes in float64, and its name is as given.

    Hint: Take what you do not know as `**kwargs`, and hand it to `super().__init__`.
    """
    close(submission, reference, case("layer_dtype"), **DOUBLE)


# --- collapse


@pytest.mark.task("collapse")
@pytest.mark.parametrize("depth", [2, 4])
def test_a_chain_of_linear_layers_is_one(submission, reference, case, depth):
    """The kernels multiply, and each bias goes through all the layers that come after its own.

    Hint: Send one row through two layers with letters: what happens to the first bias in the second layer?
    """
    close(submission, reference, case("collapsed", depth=depth), **PRODUCTS)


@pytest.mark.task("collapse")
def test_one_layer_is_itself(submission, reference, case):
    """A chain of one layer amounts to that layer.

    Hint: Try a list with one layer in it: what does your loop begin with?
    """
    close(submission, reference, case("collapsed", depth=1))


@pytest.mark.task("collapse")
@pytest.mark.parametrize("biases", ["none", "last"])
def test_layers_without_a_bias_collapse(submission, reference, case, biases):
    """A layer without a bias counts as one with a bias of zeros; b is there in any case.

    Hint: What is the bias of a layer that has none?
    """
    close(submission, reference, case("collapsed", depth=3, biases=biases), **PRODUCTS)


@pytest.mark.task("collapse")
@pytest.mark.parametrize(("at", "activation"), [(1, "relu"), (0, "tanh")])
def test_an_activation_does_not_collapse(submission, reference, case, at, activation):
    """Whatever activation stands between the layers, the chain is no linear layer: a ValueError.

    Hint: Which activations do you look for? All but the linear one have to be refused.
    """
    close(submission, reference, case("not_collapsible", depth=3, at=at, activation=activation))


@pytest.mark.task("collapse")
def test_the_last_activation_counts_too(submission, reference, case):
    """An activation in the last layer is one as well: a ValueError.

    Hint: Does your loop look at the last layer too?
    """
    close(submission, reference, case("not_collapsible", depth=3, at=2, activation="relu"))


# --- activations


def assert_curve(submission, reference, case, name, where, single=CURVES):
    """Values and gradients at drawn points; "double" is "middle" in float64, `single` the tolerances of all else."""
    choices = {"where": "middle", "dtype": "float64"} if where == "double" else {"where": where}
    inputs = case("activation", name=name, **choices)
    value, expected = submission(inputs), reference(inputs)
    if where == "tiny":
        assert_close(value["value times 1e9"], expected["value times 1e9"], **DIGITS)
    else:
        assert_close(value, expected, **(DOUBLE if where == "double" else single))


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "zero", "tiny", "double"])
def test_sigmoid(submission, reference, case, where):
    """sigmoid and its gradient are right from -1000 to 1000, at 0, in float32 and in float64, and to four digits where it is tiny.

    Hint: Where does exp overflow? Take a form whose exponent is never positive, and look at its gradient at 1000 and
    -1000.
    """
    assert_curve(submission, reference, case, "sigmoid", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "zero", "tiny", "double"])
def test_tanh(submission, reference, case, where):
    """tanh and its gradient are right from -1000 to 1000, at 0, in float32 and in float64, and to four digits next to 0.

    Hint: A quotient of two overflowing exponentials is NaN. Write it with exp(2x) - 1: which function computes that
    without losing digits next to 0, and how large may its argument become?
    """
    assert_curve(submission, reference, case, "tanh", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "double"])
def test_relu(submission, reference, case, where):
    """relu lets what is positive through, however large, with gradient 1, and nothing else, with gradient 0.

    Hint: Is anything cut off above, or passed below?
    """
    assert_curve(submission, reference, case, "relu", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "double"])
def test_leaky_relu(submission, reference, case, where):
    """leaky_relu multiplies what is negative by `negative_slope`, whatever it is, and by 0.2 where nothing is said.

    Hint: Is the slope the argument's, and its default 0.2?
    """
    assert_curve(submission, reference, case, "leaky_relu", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "tiny", "double"])
def test_elu(submission, reference, case, where):
    """elu and its gradient are right from -1000 to 1000, in float32 and in float64, and to four digits just below 0.

    Hint: `tf.where` computes both sides: what does the exponential do for large positive x? And which function keeps
    the digits of exp(x) - 1?
    """
    assert_curve(submission, reference, case, "elu", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "zero", "double"])
def test_gelu(submission, reference, case, where):
    """gelu is exact, with erf, and so is its gradient, from -1000 to 1000, at 0, in float32 and in float64.

    Hint: The formula has erf in it, and constants take the dtype of x.
    """
    assert_curve(submission, reference, case, "gelu", where, ERF)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "zero", "double"])
def test_swish(submission, reference, case, where):
    """swish and its gradient are right from -1000 to 1000, at 0, in float32 and in float64.

    Hint: It is x times a sigmoid: is that one safe at both ends?
    """
    assert_curve(submission, reference, case, "swish", where)


@pytest.mark.task("activations")
@pytest.mark.parametrize("where", ["middle", "far", "zero", "tiny", "double"])
def test_softplus(submission, reference, case, where):
    """softplus and its gradient are right from -1000 to 1000, at 0, in float32 and in float64, and to four digits where it is tiny.

    Hint: log(1 + exp(x)) overflows. Split x into its positive part and a logarithm of something between 1 and 2, and
    look at the slope at 0.
    """
    assert_curve(submission, reference, case, "softplus", where)


# --- softmax


def values(answer):
    return {name: part["value"] for name, part in answer.items()}


@pytest.mark.task("softmax")
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_softmax_along_its_axis(submission, reference, case, axis):
    """The softmax adds up to 1 along the axis that was asked for, the last one where nothing is said.

    Hint: Does every reduction have the axis, and keep it with `keepdims`?
    """
    close(submission, reference, case("soft", axis=axis), rtol=1e-3, atol=1e-4)


@pytest.mark.task("softmax")
def test_softmax_in_double(submission, reference, case):
    """What comes in as float64 is computed in float64.

    Hint: Look for a constant or a cast that says float32.
    """
    close(submission, reference, case("soft", dtype="float64"), **DOUBLE)


@pytest.mark.task("softmax")
def test_large_logits_stay_finite(submission, reference, case):
    """Logits near 1000 give finite values and gradients: a constant added to a row changes nothing.

    Hint: Subtract something from the row before you take exponentials.
    """
    close(submission, reference, case("soft", kind="large"), rtol=1e-3, atol=1e-4)


@pytest.mark.task("softmax")
def test_each_row_has_its_own_shift(submission, reference, case):
    """Each row is shifted by its own maximum: rows that lie far apart do not disturb one another.

    Hint: Along which axis is your maximum taken?
    """
    close(submission, reference, case("soft", kind="apart"), rtol=1e-3, atol=1e-4)


@pytest.mark.task("softmax")
def test_a_logarithm_is_finite(submission, reference, case):
    """Where the softmax is too small for a float, its logarithm is still a finite number, and has a gradient.

    Hint: Do not take the logarithm of a softmax: write it as a difference.
    """
    close(submission, reference, case("soft", kind="lone"), rtol=1e-5, atol=1e-4)


# --- mlp


@pytest.mark.task("mlp")
def test_layers_in_their_order(submission, reference, case):
    """A Sequential gives each layer what the one before it returned, in their order.

    Hint: Follow one row through your loop: what does the second layer get?
    """
    inputs = case("chain")
    assert_close(submission(inputs)["output"], reference(inputs)["output"], **STEPS)


@pytest.mark.task("mlp")
def test_layers_are_tracked(submission, reference, case):
    """A Sequential tracks its layers: their variables are among its own.

    Hint: Where do you keep the layers? Keras looks for them in attributes, lists included.
    """
    inputs = case("chain")
    assert_close(submission(inputs)["variables"], reference(inputs)["variables"])


@pytest.mark.task("mlp")
@pytest.mark.parametrize("same", [False, True])
def test_each_layer_has_its_own_weights(submission, reference, case, same):
    """Every layer of an MLP has weights of its own, layers of the same size too.

    Hint: Count the layers that you make: one for each size, or one that is called several times?
    """
    close(submission, reference, case("network_variables", hidden=3, same=same))


@pytest.mark.task("mlp")
def test_a_deep_mlp(submission, reference, case):
    """The hidden layers have an activation, ReLU where nothing is said; the last layer has none, and can go below 0.

    Hint: Which layers have an activation? The last one has none.
    """
    close(submission, reference, case("network", hidden=2), **LAYERS)


@pytest.mark.task("mlp")
def test_one_number_is_one_layer(submission, reference, case):
    """A number instead of a list is one hidden layer of so many units.

    Hint: What does your loop do with an int?
    """
    close(submission, reference, case("network", hidden=1, as_int=True), **LAYERS)


@pytest.mark.task("mlp")
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_the_hidden_activation_is_free(submission, reference, case, activation):
    """The hidden layers have the activation that was asked for.

    Hint: Does the argument reach every hidden layer?
    """
    close(submission, reference, case("network", hidden=2, settings={"hidden_activation": activation}), **LAYERS)


@pytest.mark.task("mlp")
def test_a_network_follows_its_weights(submission, reference, case):
    """A network computes with the weights that it has now, not with those of its first call.

    Hint: Set the weights to zeros and call again. If nothing changes, a graph has kept the first ones: who decorates
    `call`?
    """
    close(submission, reference, case("network_follows"), **LAYERS)


# --- train


@pytest.mark.task("train")
def test_targets_are_a_column(submission, reference, case):
    """Targets have shape [n, 1], as predictions have: [n] and [n, 1] would be broadcast to [n, n] without a word.

    Hint: Print the shapes of targets and predictions. What does (n, 1) minus (n,) give?
    """
    inputs = case("boston")
    value, expected = submission(inputs), reference(inputs)
    blank = [{name: np.zeros_like(part) for name, part in answer.items()} for answer in (value, expected)]
    assert_close(*blank)


@pytest.mark.task("train")
def test_the_split_is_the_usual_one(submission, reference, case):
    """The rows are put in the order that was asked for before they are split: the test targets have the variance that everybody reports.

    Hint: Are rows permuted before the split, by the seed that the task names, and x and y alike?
    """
    inputs = case("boston")
    value, expected = submission(inputs), reference(inputs)
    check(list(value) == list(expected), "there should be four parts")
    assert_close([np.ravel(part) for part in value.values()], [np.ravel(part) for part in expected.values()])


@pytest.mark.task("train")
def test_the_history_keeps_every_so_many_epochs(submission, reference, case):
    """There is a row after every `his_freq` epochs, with the number of the epoch, from 1.

    Hint: Print the column of epochs: where does it begin, and which are there?
    """
    inputs = case("training", n_epochs=11, his_freq=4)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["history"].get("iteration"), expected["history"]["iteration"])


@pytest.mark.task("train")
def test_losses_and_weights_of_a_training(submission, reference, case):
    """The training loss is the one before the step, the testing loss the one after it; only the training rows move the weights.

    Hint: Which loss is taken when, and on which rows does the model learn?
    """
    close(submission, reference, case("training", n_epochs=5), rtol=3e-5, atol=3e-5)


@pytest.mark.task("train")
def test_new_models_are_built_first(submission, reference, case):
    """Models that have no variables yet are trained too, one after the other.

    Hint: A model that was never called has no variables: call it once, before anything is traced.
    """
    close(submission, reference, case("unbuilt", n_epochs=3, models=2), rtol=1e-4, atol=1e-4)


@pytest.mark.task("train")
@pytest.mark.properties
def test_training_runs_as_a_graph(submission, reference, case):
    """Python runs the model a few times, to trace it, and not once an epoch: the graph does the rest.

    Hint: Where is the step made: once, or again in each epoch?
    """
    inputs = case("train_tracing", n_epochs=12)
    value, expected = submission(inputs), reference(inputs)
    assert_close(value["weights"], expected["weights"], rtol=1e-4, atol=1e-4)
    check(
        int(value["run"]) >= 24, "the model should be computed at least twice an epoch: in train_step and in test_step"
    )
    check(
        int(value["traced"]) <= 6,
        f"tracing: the model ran {value['run']} times, traced {value['traced']}: is the step traced anew in each epoch?",
    )
