"""Each loss as a plain formula for one element, wrapped by a decorator that averages; cases told apart by `tf.where` with safe inputs."""

import functools
import math

import tensorflow as tf


def averaged(formula):
    """Turns a formula for elements into a loss for samples."""

    @functools.wraps(formula)
    def loss(*args, **kwargs):
        return tf.reduce_mean(formula(*args, **kwargs), axis=-1)

    return loss


@averaged
def mse(y_true, y_pred):
    return (y_true - y_pred) ** 2


@averaged
def mae(y_true, y_pred):
    return tf.where(y_true > y_pred, y_true - y_pred, y_pred - y_true)


@averaged
def log_cosh(y_true, y_pred):
    e = y_true - y_pred
    # the logarithm of exp(e) + exp(-e), less log 2
    return e + tf.math.softplus(-2 * e) - math.log(2)


@averaged
def huber(y_true, y_pred, delta=1.0):
    size = tf.abs(y_true - y_pred)
    inside = tf.minimum(size, delta)
    return inside * (size - inside / 2)


@averaged
def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        surprise_1, surprise_0 = -tf.math.log_sigmoid(y_pred), -tf.math.log_sigmoid(-y_pred)
    else:
        p = tf.minimum(tf.maximum(y_pred, 1e-7), 1 - 1e-7)
        surprise_1, surprise_0 = -tf.math.log(p), -tf.math.log(1 - p)
    return y_true * surprise_1 + (1 - y_true) * surprise_0


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    y = y_true + label_smoothing * (1 / logits.shape[-1] - y_true)
    surprise = tf.reduce_logsumexp(logits, axis=-1, keepdims=True) - logits
    return tf.reduce_sum(y * surprise, axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    target = tf.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
    return categorical_crossentropy(target, logits)


def kl_divergence(p, q):
    there = p > 0
    one = tf.ones_like(p)
    ratio = tf.where(there, p, one) / tf.where(there, q, one)
    return tf.reduce_sum(p * tf.math.log(ratio), axis=-1)


@averaged
def focal(y, logits, gamma=2.0):
    right = tf.where(y > 0.5, tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits))
    wrong = tf.where(y > 0.5, tf.math.log_sigmoid(-logits), tf.math.log_sigmoid(logits))
    return -tf.exp(gamma * wrong) * right


@averaged
def hinge(y, score):
    lack = tf.where(y == 1, 1 - score, 1 + score)
    return tf.where(lack > 0, lack, tf.zeros_like(lack))


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    shape = tf.shape(values)
    if mask is None:
        mask = tf.fill(shape, True)
    if sample_weight is None:
        sample_weight = tf.ones(shape[:1], values.dtype)
    while sample_weight.shape.rank < values.shape.rank:
        sample_weight = tf.expand_dims(sample_weight, -1)
    weights = tf.broadcast_to(sample_weight, shape)
    if reduction == "none":
        return tf.where(mask, weights * values, tf.zeros_like(values))
    there, weights = tf.boolean_mask(values, mask), tf.boolean_mask(weights, mask)
    total = tf.reduce_sum(there * weights)
    match reduction:
        case "sum":
            return total
        case "mean":
            return total / tf.cast(tf.maximum(tf.size(there), 1), values.dtype)
        case "weighted_mean":
            divisor = tf.reduce_sum(weights)
            return total / tf.where(divisor == 0, tf.ones_like(divisor), divisor)
    raise ValueError(f"{reduction} is not a reduction")


def numerical_gradient(f, x, h=1e-5):
    steps = tf.reshape(h * tf.eye(tf.size(x), dtype=x.dtype), [-1, *x.shape])
    slopes = [(f(x + step) - f(x - step)) / (h + h) for step in tf.unstack(steps)]
    return tf.reshape(tf.convert_to_tensor(slopes), x.shape)


class HuberLoss(tf.keras.losses.Loss):
    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.options = {"delta": delta}

    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, **self.options)

    def get_config(self):
        config = super().get_config()
        config.update(self.options)
        return config


def gaussian_nll(y, mean, log_var):
    deviation = tf.exp(log_var / 2)
    return ((y - mean) / deviation) ** 2 / 2 + log_var / 2 + math.log(math.tau) / 2


def laplace_nll(y, loc, log_scale):
    return tf.abs((y - loc) / tf.exp(log_scale)) + log_scale + math.log(2)


def poisson_nll(y, log_rate):
    return tf.math.lgamma(y + 1) - (y * log_rate - tf.exp(log_rate))


def fit_line(x, y, loss, lr, steps):
    line = tf.Variable(tf.zeros([2, 1], x.dtype))
    design = tf.concat([x, tf.ones_like(x)], axis=1)
    history = tf.TensorArray(x.dtype, size=steps)
    for step in range(steps):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(y, design @ line))
        line.assign(line - lr * tape.gradient(value, line))
        history = history.write(step, value)
    return line[0, 0], line[1, 0], history.stack()
