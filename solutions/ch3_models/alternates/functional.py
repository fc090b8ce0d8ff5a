"""Small functions put together: gradients written down, one graph a model, layers folded over their input."""

import weakref
from functools import partial, reduce

import numpy as np
import pandas as pd
import tensorflow as tf


class LinearRegression(tf.keras.Model):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.kernel = tf.keras.Variable(tf.random.normal((num_parameters, 1)), name="kernel")

    def call(self, x):
        return tf.einsum("nd,do->no", x, tf.convert_to_tensor(self.kernel))


class LinearRegressionV2(LinearRegression):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(num_parameters, **kwargs)
        self.offset = tf.keras.Variable(tf.fill([1], 100.0), name="offset")

    def call(self, x):
        return super().call(x) + self.offset


_steps = weakref.WeakKeyDictionary()  # model -> its graphs


def _mse(model, x, y):
    return tf.reduce_mean(tf.math.squared_difference(y, model(x)))


def _descend(model, x, y):
    weights = model.trainable_variables
    with tf.GradientTape() as tape:
        loss = _mse(model, x, y)
    for weight, slope in zip(weights, tape.gradient(loss, weights)):
        weight.assign(weight - 0.01 * slope)
    return loss


def _graph(kind, model):
    graphs = _steps.setdefault(model, {})
    if kind not in graphs:
        # the function must not keep the model alive, or it would never leave the dictionary
        there = weakref.ref(model)
        graphs[kind] = tf.function(lambda x, y: kind(there(), x, y))
    return graphs[kind]


def train_step(model, x, y):
    return _graph(_descend, model)(x, y)


def test_step(model, x, y):
    return _graph(_mse, model)(x, y)


class Linear(tf.keras.layers.Layer):
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.make = {"kernel": lambda d: (d, units), **({"bias": lambda d: (units,)} if use_bias else {})}
        self.then = tf.keras.activations.get(activation)

    def build(self, input_shape):
        for name, shape in self.make.items():
            setattr(self, name, self.add_weight(shape=shape(input_shape[-1]), name=name))

    def call(self, x):
        x = tf.tensordot(x, tf.convert_to_tensor(self.kernel), axes=1)
        return self.then(x + self.bias if "bias" in self.make else x)


def _augmented(layer):
    """[[kernel, 0], [bias, 1]]: what a layer does to [x, 1]."""
    if layer.activation.__name__ != "linear":
        raise ValueError(f"{layer.name} has the activation {layer.activation.__name__}")
    kernel = tf.convert_to_tensor(layer.kernel)
    bias = tf.zeros(kernel.shape[1]) if layer.bias is None else layer.bias
    top = tf.pad(kernel, [[0, 0], [0, 1]])
    return tf.concat([top, tf.concat([tf.convert_to_tensor(bias), [1.0]], 0)[None]], 0)


def collapse(layers):
    whole = reduce(tf.matmul, [_augmented(layer) for layer in layers])
    return whole[:-1, :-1], whole[-1, :-1]


def _with_slope(value, slope):
    """A function with this value and this derivative, both given as functions of x."""

    @tf.custom_gradient
    def function(x):
        return value(x), lambda upstream: upstream * slope(x)

    return function


def _minus_size(x):
    return tf.exp(-tf.abs(x))


def _sigmoid(x):
    return tf.where(x < 0, _minus_size(x), tf.ones_like(x)) / (1 + _minus_size(x))


def _tanh(x):
    return tf.sign(x) * -tf.math.expm1(-2 * tf.abs(x)) / (1 + _minus_size(2 * x))


def _below(x):
    return tf.minimum(x, 0)


def _step(x, low):
    return tf.where(x > 0, tf.ones_like(x), low * tf.ones_like(x))


def _normal(x):
    return (1 + tf.math.erf(x * 0.5**0.5)) / 2


def _density(x):
    return tf.exp(-x * x / 2) / (2 * 3.141592653589793) ** 0.5


def sigmoid(x):
    return _with_slope(_sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x))(x)


def tanh(x):
    return _with_slope(_tanh, lambda x: 4 * _minus_size(2 * x) / (1 + _minus_size(2 * x)) ** 2)(x)


def relu(x):
    return x * _step(x, 0)


def leaky_relu(x, negative_slope=0.2):
    return x * _step(x, negative_slope)


def elu(x):
    return _with_slope(lambda x: x - _below(x) + tf.math.expm1(_below(x)), lambda x: tf.exp(_below(x)))(x)


def gelu(x):
    return _with_slope(lambda x: x * _normal(x), lambda x: _normal(x) + x * _density(x))(x)


def swish(x):
    return _with_slope(lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) * (1 + x * _sigmoid(-x)))(x)


def softplus(x):
    return _with_slope(lambda x: x - _below(x) + tf.math.log1p(_minus_size(x)), _sigmoid)(x)


def _normalised(x, axis, last):
    shifted = x - tf.stop_gradient(tf.reduce_max(x, axis, keepdims=True))
    return last(shifted - tf.math.log(tf.reduce_sum(tf.exp(shifted), axis, keepdims=True)))


def softmax(x, axis=-1):
    return _normalised(x, axis, tf.exp)


def log_softmax(x, axis=-1):
    return _normalised(x, axis, tf.identity)


def _folded(layers, x):
    return reduce(lambda value, layer: layer(value), layers, x)


class Sequential(tf.keras.Model):
    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)
        self.stages = [*layers]

    def call(self, x):
        return _folded(self.stages, x)


class MLP(tf.keras.Model):
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        widths = num_hidden_units if isinstance(num_hidden_units, (list, tuple)) else (num_hidden_units,)
        hidden = partial(tf.keras.layers.Dense, activation=hidden_activation)
        self.stages = [*map(hidden, widths), tf.keras.layers.Dense(num_targets)]

    def call(self, x):
        return _folded(self.stages, x)


def load_boston(path):
    table = pd.read_csv(path, skiprows=1)
    table = table.iloc[np.random.RandomState(113).permutation(len(table))].astype("float32")
    parts = table.iloc[:404], table.iloc[404:]
    return tuple(half.to_numpy() for part in parts for half in (part.drop(columns="MEDV"), part[["MEDV"]]))


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = map(tf.constant, data)
    model(x_te)

    def rows():
        for iteration in range(1, n_epochs + 1):
            row = {"iteration": iteration, "training_loss": train_step(model, x_tr, y_tr)}
            if iteration % his_freq == 0:
                yield {**row, "testing_loss": test_step(model, x_te, y_te)}

    table = pd.DataFrame(rows())
    return model, table.astype({"training_loss": float, "testing_loss": float})
