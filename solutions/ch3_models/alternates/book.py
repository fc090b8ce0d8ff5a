"""The book's arrangement, ported: models and layers as it writes them, without its `@tf.function` on `call`."""

from functools import reduce

import numpy as np
import pandas as pd
import tensorflow as tf


class LinearRegression(tf.keras.Model):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self._weights_ = self.add_weight(
            shape=(num_parameters, 1), initializer=tf.keras.initializers.RandomUniform(0.0, 1.0)
        )

    def call(self, x):
        return tf.linalg.matmul(x, self._weights_)


class LinearRegressionV2(tf.keras.Model):
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self._weights_ = self.add_weight(
            shape=(num_parameters, 1), initializer=tf.keras.initializers.RandomUniform(0.0, 1.0)
        )
        self._bias = self.add_weight(shape=(1,), initializer="zeros")
        self._bias.assign([100.0])

    def call(self, x):
        return tf.linalg.matmul(x, self._weights_) + self._bias


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        y_hat = model(x)
        loss = tf.reduce_mean(tf.square(y - y_hat))
    gradients = tape.gradient(loss, model.trainable_variables)
    for g, v in zip(gradients, model.trainable_variables):
        v.assign_add(tf.constant([-0.01], dtype=tf.float32) * g)
    return loss


@tf.function
def test_step(model, x, y):
    y_hat = model(x)
    return tf.reduce_mean(tf.square(y - y_hat))


class Linear(tf.keras.layers.Layer):
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activation = activation

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="ones")
        super().build(input_shape)

    def call(self, x):
        output = tf.linalg.matmul(x, self.kernel)
        if self.use_bias:
            output += self.bias
        if self.activation == "linear":
            return output
        if self.activation == "relu":
            return tf.maximum(tf.constant(0, x.dtype), output)
        return tf.keras.activations.get(self.activation)(output)


def collapse(layers):
    if any(layer.get_config()["activation"] != "linear" for layer in layers):
        raise ValueError("only linear layers collapse into one")
    kernels = [tf.convert_to_tensor(layer.kernel) for layer in layers]
    bias = tf.zeros((1, kernels[0].shape[0]))
    for layer, kernel in zip(layers, kernels):
        bias = tf.linalg.matmul(bias, kernel)
        if layer.use_bias:
            bias += layer.bias
    return reduce(tf.linalg.matmul, kernels), tf.squeeze(bias, axis=0)


def sigmoid(x):
    # below -80 it is 0 for all that float32 can tell
    return 1 / (1 + tf.exp(-tf.maximum(x, -80)))


def tanh(x):
    size = tf.where(x < 0, -x, x)
    e = tf.math.expm1(-2 * size)
    return tf.where(x < 0, e, -e) / (e + 2)


def relu(x):
    return tf.maximum(tf.constant(0, x.dtype), x)


def leaky_relu(x, negative_slope=0.2):
    return tf.maximum(tf.constant(0, x.dtype), x) + negative_slope * tf.minimum(tf.constant(0, x.dtype), x)


def elu(x):
    zero = tf.constant(0, x.dtype)
    return tf.maximum(zero, x) + tf.math.expm1(tf.minimum(zero, x))


def gelu(x):
    return 0.5 * x * tf.math.erfc(-x / np.sqrt(2.0))


def swish(x):
    return x / (1 + tf.exp(-tf.maximum(x, -80)))


def softplus(x):
    # log1p(exp(x)) up to 40, from there on a straight line
    return tf.math.log1p(tf.exp(tf.minimum(x, 40))) + tf.maximum(x - 40, 0)


def softmax(x, axis=-1):
    largest = tf.stop_gradient(tf.reduce_max(x, axis=axis, keepdims=True))
    odds = tf.exp(x - largest)
    return odds / tf.reduce_sum(odds, axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    largest = tf.stop_gradient(tf.reduce_max(x, axis=axis, keepdims=True))
    total = tf.reduce_sum(tf.exp(x - largest), axis=axis, keepdims=True)
    return x - largest - tf.math.log(total)


class Sequential(tf.keras.Model):
    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)
        self.parts = layers

    def call(self, x):
        for layer in self.parts:
            x = layer(x)
        return x


class MLP(tf.keras.Model):
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if type(num_hidden_units) is int:
            num_hidden_units = [num_hidden_units]
        self.feature_extractor = Sequential(
            [tf.keras.layers.Dense(unit, activation=hidden_activation) for unit in num_hidden_units]
        )
        self.last_linear = tf.keras.layers.Dense(num_targets, activation="linear")

    def call(self, x):
        features = self.feature_extractor(x)
        outputs = self.last_linear(features)
        return outputs


def load_boston(path):
    data = np.loadtxt(path, delimiter=",", skiprows=2)
    indices = np.arange(len(data))
    np.random.RandomState(113).shuffle(indices)
    x, y = data[indices, :-1], data[indices, -1]
    (x_tr, x_te), (y_tr, y_te) = (x[:404], x[404:]), (y[:404], y[404:])
    y_tr, y_te = map(lambda y: np.expand_dims(y, -1), (y_tr, y_te))
    return tuple(map(lambda z: tf.cast(z, tf.float32), (x_tr, y_tr, x_te, y_te)))


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = data
    model(x_tr)
    history = []
    for iteration in range(1, n_epochs + 1):
        tr_loss = train_step(model, x_tr, y_tr)
        te_loss = test_step(model, x_te, y_te)
        if not iteration % his_freq:
            history.append(
                {
                    "iteration": iteration,
                    "training_loss": tr_loss.numpy(),
                    "testing_loss": te_loss.numpy(),
                }
            )
    return model, pd.DataFrame(history)
