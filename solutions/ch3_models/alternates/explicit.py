"""Everything spelled out: products as sums, shapes written down, nothing left to a default."""

import csv

import numpy as np
import pandas as pd
import tensorflow as tf


def _times(x, kernel):
    """x @ kernel for x with any number of leading axes."""
    return tf.einsum("...d,du->...u", x, tf.convert_to_tensor(kernel))


class LinearRegression(tf.keras.Model):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.slopes = self.add_weight(name="slopes", shape=[num_parameters, 1], initializer="glorot_normal", trainable=True)

    def call(self, x):
        columns = tf.expand_dims(x, 2) * tf.convert_to_tensor(self.slopes)  # [n, d, 1]
        return tf.reduce_sum(columns, axis=1)


class LinearRegressionV2(tf.keras.Model):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        start = lambda shape, dtype=None: tf.fill(shape, tf.constant(100.0, dtype))
        self.level = self.add_weight(name="level", shape=[1], initializer=start, trainable=True)
        self.line = LinearRegression(num_parameters)

    def call(self, x):
        return tf.add(self.line(x), self.level)


def _squares(model, x, y):
    errors = tf.subtract(model(x), y)
    return tf.divide(tf.reduce_sum(errors * errors), tf.cast(tf.size(errors), errors.dtype))


@tf.function(reduce_retracing=False)
def train_step(model, x, y):
    weights = [v.value for v in model.trainable_variables]  # the tf.Variable inside the Keras one
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        loss = _squares(model, x, y)
    slopes = tape.gradient(loss, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    for i in range(len(weights)):
        weights[i].assign(tf.subtract(weights[i], tf.multiply(tf.constant(0.01, slopes[i].dtype), slopes[i])))
    return loss


@tf.function(reduce_retracing=False)
def test_step(model, x, y):
    return _squares(model, x, y)


class Linear(tf.keras.layers.Layer):
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.units = int(units)
        self.activation = activation if callable(activation) else tf.keras.activations.get(activation)
        self.bias = None
        self.has_bias = bool(use_bias)

    def build(self, input_shape):
        *_, width = input_shape
        glorot = tf.keras.initializers.GlorotUniform()
        self.kernel = self.add_weight(name="kernel", shape=(width, self.units), initializer=glorot, trainable=True)
        if self.has_bias:
            self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros", trainable=True)
        self.built = True

    def call(self, x):
        before = _times(x, self.kernel)
        if self.bias is not None:
            before = tf.add(before, self.bias)
        return self.activation(before)


def collapse(layers):
    first, *rest = layers
    if tf.keras.activations.serialize(first.activation) != "linear":
        raise ValueError("the chain has an activation")
    kernel = np.array(first.kernel)
    bias = np.zeros(kernel.shape[1], "float32") if first.bias is None else np.array(first.bias)
    if not rest:
        return tf.constant(kernel), tf.constant(bias)
    later_kernel, later_bias = collapse(rest)
    return tf.constant(kernel) @ later_kernel, (tf.constant(bias)[None, :] @ later_kernel)[0] + later_bias


def _split(x):
    """The part of x above 0, and the part below it (at most 0); at exactly 0 the slope goes to the part below."""
    nothing = tf.zeros_like(x)
    return tf.where(x > 0, x, nothing), tf.where(x > 0, nothing, x)


def sigmoid(x):
    return tf.exp(-softplus(-x))


def tanh(x):
    above, below = _split(x)
    up, down = tf.math.expm1(-2 * above), tf.math.expm1(2 * below)
    return -up / (up + 2) + down / (down + 2)


def relu(x):
    return _split(x)[0]


def leaky_relu(x, negative_slope=0.2):
    above, below = _split(x)
    return above + below * negative_slope


def elu(x):
    above, below = _split(x)
    return above + tf.math.expm1(below)


def gelu(x):
    share = tf.math.erf(x * tf.math.rsqrt(tf.constant(2, x.dtype)))
    return tf.constant(0.5, x.dtype) * (x + x * share)


def swish(x):
    return x * tf.exp(-softplus(-x))


def softplus(x):
    above, below = _split(x)
    return above + tf.math.log1p(tf.exp(below - above))


def softmax(x, axis=-1):
    top = tf.expand_dims(tf.reduce_max(x, axis), axis)
    powers = tf.exp(tf.subtract(x, top))
    return tf.divide(powers, tf.expand_dims(tf.reduce_sum(powers, axis), axis))


def log_softmax(x, axis=-1):
    top = tf.expand_dims(tf.reduce_max(x, axis), axis)
    below = tf.subtract(x, top)
    return tf.subtract(below, tf.expand_dims(tf.math.log(tf.reduce_sum(tf.exp(below), axis)), axis))


class Sequential(tf.keras.Model):
    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)
        self.count = len(layers)
        for i in range(self.count):
            setattr(self, f"layer_{i}", layers[i])

    def call(self, x):
        for i in range(self.count):
            x = getattr(self, f"layer_{i}")(x)
        return x


class MLP(Sequential):
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        units = num_hidden_units if hasattr(num_hidden_units, "__len__") else [num_hidden_units]
        layers = [Linear(n, activation=hidden_activation) for n in units]
        super().__init__([*layers, Linear(num_targets)], **kwargs)


def load_boston(path):
    with open(path, newline="") as file:
        lines = list(csv.reader(file))[2:]
    numbers = np.array([[float(cell) for cell in line] for line in lines], dtype=np.float32)
    places = list(range(506))
    np.random.RandomState(113).shuffle(places)
    numbers = numbers[places]
    x, y = np.split(numbers, [13], axis=1)
    return x[0:404], y[0:404], x[404:506], y[404:506]


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = data
    x_tr, y_tr = tf.constant(x_tr, tf.float32), tf.constant(y_tr, tf.float32)
    x_te, y_te = tf.constant(x_te, tf.float32), tf.constant(y_te, tf.float32)
    if not model.weights:
        model(x_tr)
    columns = {"iteration": [], "training_loss": [], "testing_loss": []}
    iteration = 0
    while iteration < n_epochs:
        iteration += 1
        before = train_step(model, x_tr, y_tr).numpy()
        if iteration % his_freq:
            continue
        columns["iteration"].append(iteration)
        columns["training_loss"].append(float(before))
        columns["testing_loss"].append(float(test_step(model, x_te, y_te).numpy()))
    return model, pd.DataFrame(columns)
