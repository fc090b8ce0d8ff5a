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
        #: begin linear_regression.weights
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        #: end linear_regression.weights

    def call(self, x):
        """From x of shape [n, num_parameters] to predictions of shape [n, 1]."""
        #: begin linear_regression.call
        return tf.matmul(x, self.w)
        #: end linear_regression.call


class LinearRegressionV2(tf.keras.Model):
    """Linear regression with a bias: `x @ w + b`.

    Its weights, both trainable: `w` of shape [num_parameters, 1] with free initial values, and `b` of shape [1],
    which starts at 100.

    Args:
        num_parameters: how many numbers a row of x has.
    """

    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        #: begin linear_regression.weights_and_bias
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer=tf.keras.initializers.Constant(100.0), name="b")
        #: end linear_regression.weights_and_bias

    def call(self, x):
        """From x of shape [n, num_parameters] to predictions of shape [n, 1]."""
        #: begin linear_regression.call_with_bias
        return tf.matmul(x, self.w) + self.b
        #: end linear_regression.call_with_bias


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
    #: begin train_step.train_step
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
    #: end train_step.train_step


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
    #: begin train_step.test_step
    return tf.reduce_mean(tf.square(y - model(x)))
    #: end train_step.test_step


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
        #: begin linear.init
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activation = tf.keras.activations.get(activation)
        #: end linear.init

    def build(self, input_shape):
        """Makes the weights.

        Args:
            input_shape: the shape of the data, a tuple; its last entry is d; the others may be None, so use only the
                last.
        """
        #: begin linear.build
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        #: end linear.build

    def call(self, x):
        """From x of shape [..., d], with any number of leading axes, to shape [..., units]."""
        #: begin linear.call
        x = tf.matmul(x, self.kernel)
        if self.use_bias:
            x += self.bias
        return self.activation(x)
        #: end linear.call


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
    #: begin collapse.collapse
    weights = bias = None
    for layer in layers:
        if layer.activation is not tf.keras.activations.linear:
            raise ValueError(f"{layer.name} is not linear")
        kernel = tf.convert_to_tensor(layer.kernel)
        own = tf.zeros(kernel.shape[1]) if layer.bias is None else tf.convert_to_tensor(layer.bias)
        weights = kernel if weights is None else weights @ kernel
        bias = own if bias is None else tf.linalg.matvec(kernel, bias, transpose_a=True) + own
    return weights, bias
    #: end collapse.collapse


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
    #: begin activations.sigmoid
    e = tf.exp(tf.where(x >= 0, -x, x))  # at most 1
    return tf.where(x >= 0, 1 / (1 + e), e / (1 + e))
    #: end activations.sigmoid


def tanh(x):
    """`(exp(x) - exp(-x)) / (exp(x) + exp(-x))`."""
    #: begin activations.tanh
    e = tf.math.expm1(2 * tf.clip_by_value(x, -20, 20))  # beyond 20 it is 1 to the last digit
    return e / (e + 2)
    #: end activations.tanh


def relu(x):
    """x where x is positive, else 0."""
    #: begin activations.relu
    return tf.where(x > 0, x, tf.zeros_like(x))
    #: end activations.relu


def leaky_relu(x, negative_slope=0.2):
    """x where x is positive, else `negative_slope * x`."""
    #: begin activations.leaky_relu
    return tf.where(x > 0, x, negative_slope * x)
    #: end activations.leaky_relu


def elu(x):
    """x where x is positive, else `exp(x) - 1`."""
    #: begin activations.elu
    return tf.where(x > 0, x, tf.math.expm1(tf.minimum(x, 0)))
    #: end activations.elu


def gelu(x):
    """`x * P(Z <= x)` for a standard normal Z, exactly: `x * (1 + erf(x / sqrt(2))) / 2`."""
    #: begin activations.gelu
    return x * (1 + tf.math.erf(x / 2**0.5)) / 2
    #: end activations.gelu


def swish(x):
    """`x * sigmoid(x)`."""
    #: begin activations.swish
    return x * sigmoid(x)
    #: end activations.swish


def softplus(x):
    """`log(1 + exp(x))`."""
    #: begin activations.softplus
    away = tf.where(x > 0, -x, x)  # -abs(x), with a slope at 0
    return tf.where(x > 0, x, tf.zeros_like(x)) + tf.math.log1p(tf.exp(away))
    #: end activations.softplus


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
    #: begin softmax.softmax
    e = tf.exp(x - tf.reduce_max(x, axis=axis, keepdims=True))
    return e / tf.reduce_sum(e, axis=axis, keepdims=True)
    #: end softmax.softmax


def log_softmax(x, axis=-1):
    """The logarithm of the softmax.

    Args:
        x: a tensor of any shape, float32 or float64, with entries from -1000 to 1000.
        axis: along which the softmax adds up to 1.

    Returns:
        A tensor of x's shape and dtype.
    """
    #: begin softmax.log_softmax
    x = x - tf.reduce_max(x, axis=axis, keepdims=True)
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis=axis, keepdims=True))
    #: end softmax.log_softmax


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
        #: begin mlp.sequential_init
        self.chain = list(layers)
        #: end mlp.sequential_init

    def call(self, x):
        """What the last layer makes of what the one before it makes, and so on, of x."""
        #: begin mlp.sequential_call
        for layer in self.chain:
            x = layer(x)
        return x
        #: end mlp.sequential_call


class MLP(tf.keras.Model):
    """A multilayer perceptron: hidden layers with an activation, then a linear layer; all have biases.

    Args:
        num_hidden_units: the units of the one hidden layer, or a list with those of each.
        num_targets: the units of the last layer.
        hidden_activation: a callable, or a name that `tf.keras.activations.get` knows.
    """

    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        #: begin mlp.mlp_init
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)
        #: end mlp.mlp_init

    def call(self, x):
        """From x of shape [n, d] to predictions of shape [n, num_targets]."""
        #: begin mlp.mlp_call
        for layer in self.features:
            x = layer(x)
        return self.last_linear(x)
        #: end mlp.mlp_call


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
    #: begin train.load_boston
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float32")
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    x, y = rows[order, :-1], rows[order, -1:]
    return x[:404], y[:404], x[404:], y[404:]
    #: end train.load_boston


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
    #: begin train.train
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])  # makes the variables before anything is traced
    history = []
    for iteration in range(1, n_epochs + 1):
        training_loss = train_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
    #: end train.train
