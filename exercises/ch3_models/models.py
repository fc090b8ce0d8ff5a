# %% [markdown]
# # Chapter 3: models, layers and activations
#
# A model is a set of weights and a way to compute with them. Here you write models, the step that
# trains them, a layer, the activations that go between layers, and a network made of all that. Replace
# each `raise NotImplementedError(...)` by your code, then run `make test-ch3`;
# `make test-ch3 TASK=activations` looks at one task alone.
#
# Shapes: `[n, d]` is a batch of n rows with d numbers each. All numbers are float32 unless a task
# says that float64 goes in and comes out.

# %%
import numpy as np
import pandas as pd
import tensorflow as tf

# %% [markdown]
# ## Linear regression as a Keras model
#
# `LinearRegression` computes `x @ w`; `LinearRegressionV2` computes `x @ w + b`, and its bias starts
# at 100, far from where it should end. Keras trains, saves and counts only what it tracks: the weights
# must turn up in `model.variables`, and they are there as soon as the model is made.


# %%
class LinearRegression(tf.keras.Model):
    """Linear regression without a bias: `x @ w`.

    Its one weight `w`, of shape [num_parameters, 1], is trainable; its initial values are free.

    Args:
        num_parameters: how many numbers a row of x has.
    """

    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("linear_regression: weights is not written yet")

    def call(self, x):
        """From x of shape [n, num_parameters] to predictions of shape [n, 1]."""
        raise NotImplementedError("linear_regression: call is not written yet")


class LinearRegressionV2(tf.keras.Model):
    """Linear regression with a bias: `x @ w + b`.

    Its weights, both trainable: `w` of shape [num_parameters, 1] with free initial values, and `b` of shape [1],
    which starts at 100.

    Args:
        num_parameters: how many numbers a row of x has.
    """

    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("linear_regression: weights_and_bias is not written yet")

    def call(self, x):
        """From x of shape [n, num_parameters] to predictions of shape [n, 1]."""
        raise NotImplementedError("linear_regression: call_with_bias is not written yet")


# %% [markdown]
# ## One step for any model
#
# The step is a `tf.function`: Python runs it once for each model, and from then on the graph runs. A
# graph is made for the arguments it was traced with. What the function finds elsewhere, in a global
# variable or an enclosing function, is kept as it was at the first call: so the model is an argument.


# %%
@tf.function
def train_step(model, x, y):
    """One step of gradient descent, with learning rate 0.01, on the mean squared error.

    It is traced once for each model (and each shape of x), and then runs as a graph. Weights that are not trainable
    stay as they are. Write the update yourself, with `assign_sub`: a Keras optimizer serves only the variables that
    it was built with, and cannot be made in here.

    Args:
        model: a Keras model that has its variables already.
        x: a batch, float32 of shape [n, d].
        y: the targets, of the shape of `model(x)`.

    Returns:
        The loss before the step, a float32 scalar: the mean over all elements of `(y - model(x)) ** 2`.
    """
    raise NotImplementedError("train_step: train_step is not written yet")


@tf.function
def test_step(model, x, y):
    """The mean squared error of a model; changes nothing.

    It is traced once for each model (and each shape of x), and then runs as a graph.

    Args:
        model: a Keras model that has its variables already.
        x: a batch, float32 of shape [n, d].
        y: the targets, of the shape of `model(x)`.

    Returns:
        The mean over all elements of `(y - model(x)) ** 2`, a float32 scalar.
    """
    raise NotImplementedError("train_step: test_step is not written yet")


# %% [markdown]
# ## A layer
#
# `Linear` computes `activation(x @ kernel + bias)`. It is lazy: it is told how many numbers come out,
# and finds out how many go in when it sees its first data. Until then it has no weights at all. Keras
# calls `build` for that, once, with the shape of the data. What the base class takes (`name`, `dtype`)
# is handed on to it.


# %%
class Linear(tf.keras.layers.Layer):
    """A linear layer with an activation, made for its input when the first data arrive.

    After that it has `kernel`, of shape [d, units], and, with `use_bias`, `bias`, of shape [units]; both are
    trainable and tracked, their initial values are free.

    Args:
        units: how many numbers come out.
        use_bias: whether there is a bias.
        activation: a callable, or a name that `tf.keras.activations.get` knows.
        **kwargs: what the base class takes.
    """

    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        raise NotImplementedError("linear: init is not written yet")

    def build(self, input_shape):
        """Makes the weights.

        Args:
            input_shape: the shape of the data, a tuple; its last entry is d; the others may be None, so use only the
                last.
        """
        raise NotImplementedError("linear: build is not written yet")

    def call(self, x):
        """From x of shape [..., d], with any number of leading axes, to shape [..., units]."""
        raise NotImplementedError("linear: call is not written yet")


# %% [markdown]
# ## Two linear layers are one
#
# Without an activation in between, a chain of linear layers is a linear layer: there are a `W` and a
# `b` with `x @ W + b` equal to what the chain gives, for every x.


# %%
def collapse(layers):
    """The one linear layer that a chain of linear layers amounts to.

    Args:
        layers: at least one built `tf.keras.layers.Dense`, in the order in which data pass through them. Each has
            `kernel` [d, units], `bias` [units] (None with `use_bias=False`) and `activation`, a function, which is
            `tf.keras.activations.linear` where there is none.

    Returns:
        W, float32 of shape [inputs of the first, units of the last], and b, float32 of shape [units of the last].

    Raises:
        ValueError: a layer, the last included, has an activation other than the linear one.
    """
    raise NotImplementedError("collapse: collapse is not written yet")


# %% [markdown]
# ## Activations
#
# Each takes a tensor of any shape and returns one of the same shape and dtype, float32 or float64.
# Build them from `tf.exp`, `tf.math.log1p`, `tf.math.expm1`, `tf.math.erf`, `tf.where` and arithmetic.
#
# From -1000 to 1000 the value **and the gradient** must be right and finite; the gradients of sigmoid,
# tanh, gelu, swish and softplus at exactly 0 too. `sigmoid`, `tanh`, `elu` and `softplus` have four right
# digits also where they are tiny: softplus(-20) is 2.061e-9, and not 0. The lesson's section on numbers
# says where digits get lost, and why a NaN comes through `tf.where`.


# %%
def sigmoid(x):
    """`1 / (1 + exp(-x))`."""
    raise NotImplementedError("activations: sigmoid is not written yet")


def tanh(x):
    """`(exp(x) - exp(-x)) / (exp(x) + exp(-x))`."""
    raise NotImplementedError("activations: tanh is not written yet")


def relu(x):
    """x where x is positive, else 0."""
    raise NotImplementedError("activations: relu is not written yet")


def leaky_relu(x, negative_slope=0.2):
    """x where x is positive, else `negative_slope * x`."""
    raise NotImplementedError("activations: leaky_relu is not written yet")


def elu(x):
    """x where x is positive, else `exp(x) - 1`."""
    raise NotImplementedError("activations: elu is not written yet")


def gelu(x):
    """`x * P(Z <= x)` for a standard normal Z, exactly: `x * (1 + erf(x / sqrt(2))) / 2`."""
    raise NotImplementedError("activations: gelu is not written yet")


def swish(x):
    """`x * sigmoid(x)`."""
    raise NotImplementedError("activations: swish is not written yet")


def softplus(x):
    """`log(1 + exp(x))`."""
    raise NotImplementedError("activations: softplus is not written yet")


# %% [markdown]
# ## Softmax
#
# `softmax(x)_i = exp(x_i) / sum_j exp(x_j)`, along one axis. Adding a constant to all the x of a row
# changes nothing: choose it so that nothing overflows, and so that no row comes out as 0 / 0.
# `log_softmax` is its logarithm, right also where the softmax itself is too small for a float.


# %%
def softmax(x, axis=-1):
    """Positive numbers that add up to 1 along an axis.

    Args:
        x: a tensor of any shape, float32 or float64, with entries from -1000 to 1000.
        axis: along which the numbers add up to 1.

    Returns:
        A tensor of x's shape and dtype.
    """
    raise NotImplementedError("softmax: softmax is not written yet")


def log_softmax(x, axis=-1):
    """The logarithm of the softmax.

    Args:
        x: a tensor of any shape, float32 or float64, with entries from -1000 to 1000.
        axis: along which the softmax adds up to 1.

    Returns:
        A tensor of x's shape and dtype.
    """
    raise NotImplementedError("softmax: log_softmax is not written yet")


# %% [markdown]
# ## Networks
#
# `Sequential` sends its input through one layer after the other. `MLP` is a multilayer perceptron: hidden
# layers with an activation, then a linear layer. Use `Linear` or `tf.keras.layers.Dense` for its layers, as
# you like. Neither `call` is a `tf.function`: the step that calls the model is one.


# %%
class Sequential(tf.keras.Model):
    """Layers one after the other.

    Args:
        layers: Keras layers, in the order in which data pass through them. Keep them under a name other than
            `layers`, which Keras uses itself.
    """

    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("mlp: sequential_init is not written yet")

    def call(self, x):
        """What the last layer makes of what the one before it makes, and so on, of x."""
        raise NotImplementedError("mlp: sequential_call is not written yet")


class MLP(tf.keras.Model):
    """A multilayer perceptron: hidden layers with an activation, then a linear layer; all have biases.

    Args:
        num_hidden_units: the units of the one hidden layer, or a list with those of each.
        num_targets: the units of the last layer.
        hidden_activation: a callable, or a name that `tf.keras.activations.get` knows.
    """

    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        raise NotImplementedError("mlp: mlp_init is not written yet")

    def call(self, x):
        """From x of shape [n, d] to predictions of shape [n, num_targets]."""
        raise NotImplementedError("mlp: mlp_call is not written yet")


# %% [markdown]
# ## Training
#
# Boston housing: 506 rows of 13 numbers and a price. Before you use it, read `../data/PROVENANCE.md`: one
# of the columns, `B`, encodes a racist assumption. We keep the data for one reason: the figures of the book
# can be checked with them.
#
# `train` puts the chapter together: your `train_step` on all of the training data at once, then your
# `test_step` on the test data, epoch after epoch.


# %%
def load_boston(path):
    """The Boston housing data, in the split that everybody uses.

    Under two header lines the file has 506 lines with 14 numbers each, the last of which is the target. They are put
    in the order that `numpy.random.RandomState(113).shuffle` makes of `numpy.arange(506)`; the first 404 are for
    training, the others for testing.

    Args:
        path: the file, for instance `given.BOSTON`.

    Returns:
        x_tr [404, 13], y_tr [404, 1], x_te [102, 13], y_te [102, 1], float32, NumPy arrays or tensors.
    """
    raise NotImplementedError("train: load_boston is not written yet")


def train(model, data, n_epochs, his_freq=10):
    """Trains a model by gradient descent, all training rows in each step, and keeps a history.

    A model that has no variables yet is called once before the first step.

    Args:
        model: a Keras model.
        data: x_tr, y_tr, x_te, y_te, as `load_boston` returns them.
        n_epochs: how many times `train_step` is called.
        his_freq: a row of history after every so many epochs.

    Returns:
        The model, and a DataFrame with the columns `iteration` (the number of the epoch, from 1), `training_loss`
        (before the epoch's step) and `testing_loss` (after it).
    """
    raise NotImplementedError("train: train is not written yet")
