"""Losses as integrals of what a network should feel: stable pieces from exp and log1p, and gradients stated by hand where that is clearer."""

import itertools
import math

import numpy as np
import tensorflow as tf

LOG_TWO = math.log(2.0)


def last_mean(x):
    return tf.reduce_sum(x, -1) / tf.cast(tf.shape(x)[-1], x.dtype)


@tf.custom_gradient
def log_one_plus_exp(z):
    """log(1 + exp(z)), with the sigmoid as its gradient everywhere."""
    value = tf.maximum(z, tf.zeros_like(z)) + tf.math.log1p(tf.exp(-tf.abs(z)))
    return value, lambda upstream: upstream * tf.sigmoid(z)


def mse(y_true, y_pred):
    return last_mean(tf.math.squared_difference(y_true, y_pred))


def mae(y_true, y_pred):
    e = y_pred - y_true
    return last_mean(e * tf.stop_gradient(tf.sign(e)))


def log_cosh(y_true, y_pred):
    @tf.custom_gradient
    def stable(e):
        size = tf.abs(e)
        value = size + tf.math.log1p(tf.exp(-2.0 * size)) - LOG_TWO
        return value, lambda upstream: upstream * tf.tanh(e)

    return last_mean(stable(y_pred - y_true))


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    # the slope of the loss is the error, cut off at delta on both sides
    slope = tf.stop_gradient(tf.clip_by_value(e, -delta, delta))
    return last_mean(slope * e - tf.square(slope) / 2)


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if not from_logits:
        p = tf.clip_by_value(y_pred, 1e-7, 1 - 1e-7)
        both = tf.stack([1 - p, p])
        return last_mean(-tf.reduce_sum(tf.stack([1 - y_true, y_true]) * tf.math.log(both), 0))
    return last_mean(y_true * log_one_plus_exp(-y_pred) + (1 - y_true) * log_one_plus_exp(y_pred))


def surprises(logits):
    """-log p of every class, the largest logit of each sample taken out first."""
    best = tf.stop_gradient(tf.reduce_max(logits, -1, keepdims=True))
    lacking = best - logits
    return lacking + tf.math.log(tf.reduce_sum(tf.exp(-lacking), -1, keepdims=True))


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    all_classes = surprises(logits)
    exact = tf.einsum("...c,...c->...", y_true, all_classes)
    return (1 - label_smoothing) * exact + label_smoothing * last_mean(all_classes)


def sparse_categorical_crossentropy(labels, logits):
    c = logits.shape[-1]
    rows = tf.reshape(surprises(logits), [-1, c])
    numbers = tf.cast(tf.reshape(labels, [-1]), tf.int32)
    chosen = tf.gather(tf.reshape(rows, [-1]), tf.range(tf.size(numbers)) * c + numbers)
    return tf.reshape(chosen, tf.shape(labels))


def kl_divergence(p, q):
    entropy = tf.reduce_sum(tf.math.xlogy(p, p), -1)
    return entropy - tf.reduce_sum(tf.math.xlogy(p, q), -1)


def focal(y, logits, gamma=2.0):
    against = (1 - 2 * y) * logits  # the logit of the wrong class
    weight = tf.exp(gamma * (against - log_one_plus_exp(against)))
    return last_mean(weight * log_one_plus_exp(against))


def hinge(y, score):
    sign = y - (1 - y)
    return last_mean(tf.maximum(1 - sign * score, tf.zeros_like(score)))


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    kept = values if mask is None else tf.where(mask, values, 0)
    there = tf.ones_like(kept) if mask is None else tf.where(mask, tf.ones_like(kept), 0)
    # the first axis to the end, where weights are matched
    axes = list(range(1, values.shape.rank)) + [0]
    w = tf.transpose(there, axes) * (1 if sample_weight is None else sample_weight)
    w = tf.transpose(w, np.argsort(axes))
    ways = {
        "none": lambda: kept * w,
        "sum": lambda: tf.reduce_sum(kept * w),
        "mean": lambda: tf.math.divide_no_nan(tf.reduce_sum(kept * w), tf.reduce_sum(there)),
        "weighted_mean": lambda: tf.math.divide_no_nan(tf.reduce_sum(kept * w), tf.reduce_sum(w)),
    }
    try:
        way = ways[reduction]
    except KeyError:
        raise ValueError(f"choose one of {sorted(ways)}") from None
    return way()


def numerical_gradient(f, x, h=1e-5):
    point = np.array(x)
    gradient = np.empty_like(point)
    for place in itertools.product(*map(range, point.shape)):
        ends = []
        for sign in (1, -1):
            moved = point.copy()
            moved[place] += sign * h
            ends.append(float(f(tf.constant(moved))))
        gradient[place] = (ends[0] - ends[1]) / (2 * h)
    return tf.constant(gradient)


class HuberLoss(tf.keras.losses.Loss):
    def __init__(self, delta=1.0, **kwargs):
        self.delta = float(delta)
        tf.keras.losses.Loss.__init__(self, **kwargs)

    def call(self, y_true, y_pred):
        delta = tf.convert_to_tensor(self.delta, y_pred.dtype)
        return delta**2 * huber(y_true / delta, y_pred / delta)

    def get_config(self):
        base = tf.keras.losses.Loss.get_config(self)
        return dict(base, delta=self.delta)


def gaussian_nll(y, mean, log_var):
    z2 = tf.math.squared_difference(y, mean) / tf.exp(log_var)
    return (z2 + log_var + math.log(2 * math.pi)) / 2


def laplace_nll(y, loc, log_scale):
    scale = tf.exp(log_scale)
    return tf.abs(y - loc) / scale + tf.math.log(2 * scale)


def poisson_nll(y, log_rate):
    return tf.exp(log_rate) + tf.math.lgamma(1 + y) - tf.multiply(log_rate, y)


def fit_line(x, y, loss, lr, steps):
    def height(w, b):
        with tf.GradientTape() as tape:
            tape.watch((w, b))
            mean = tf.reduce_mean(loss(y, x * w + b))
        return mean, tape.gradient(mean, (w, b))

    w = b = tf.zeros((), x.dtype)
    losses = []
    while len(losses) < steps:
        mean, (dw, db) = height(w, b + 0.0)
        losses.append(mean)
        w, b = w - lr * dw, b - lr * db
    return w, b, tf.convert_to_tensor(losses)
