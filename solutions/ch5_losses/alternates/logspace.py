"""Everything by log-sum-exp: two classes are a softmax over (0, z), log-cosh is one over (e, -e); sums by einsum, training by a scan."""

import math
from functools import partial

import tensorflow as tf

LSE = partial(tf.reduce_logsumexp, axis=-1)


def pair(a, b):
    return tf.stack([a, b], axis=-1)


def per_target(total, like):
    return total / like.shape[-1]


def mse(y_true, y_pred):
    e = tf.subtract(y_pred, y_true)
    return per_target(tf.einsum("...i,...i->...", e, e), e)


def mae(y_true, y_pred):
    e = tf.subtract(y_pred, y_true)
    return per_target(tf.einsum("...i->...", tf.nn.relu(e) + tf.nn.relu(-e)), e)


def log_cosh(y_true, y_pred):
    e = tf.subtract(y_pred, y_true)
    return per_target(tf.einsum("...i->...", LSE(pair(e, -e))), e) - math.log(2)


def huber(y_true, y_pred, delta=1.0):
    e = tf.subtract(y_pred, y_true)
    size = tf.nn.relu(e) + tf.nn.relu(-e)
    far = size > delta
    return per_target(tf.einsum("...i->...", tf.where(far, delta * (size - delta / 2), size * size / 2)), e)


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        costs = LSE(pair(tf.zeros_like(y_pred), y_pred)) - tf.multiply(y_true, y_pred)
    else:
        p = tf.clip_by_value(y_pred, 1e-7, 1 - 1e-7)
        costs = tf.negative(tf.math.xlogy(y_true, p) + tf.math.xlog1py(1 - y_true, -p))
    return per_target(tf.einsum("...i->...", costs), costs)


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    c = logits.shape[-1]
    smooth = lambda y: y if not label_smoothing else y - label_smoothing * y + label_smoothing / c
    return LSE(logits) - tf.einsum("...c,...c->...", smooth(y_true), logits)


def sparse_categorical_crossentropy(labels, logits):
    numbers = tf.range(logits.shape[-1], dtype=labels.dtype)
    mine = tf.equal(tf.expand_dims(labels, -1), numbers)
    return LSE(logits) - tf.reduce_sum(tf.where(mine, logits, tf.zeros_like(logits)), axis=-1)


def kl_divergence(p, q):
    safe = lambda x: tf.math.log(tf.where(tf.equal(p, 0), tf.ones_like(x), x))
    return tf.einsum("...c,...c->...", p, safe(p) - safe(q))


def focal(y, logits, gamma=2.0):
    nothing = tf.zeros_like(logits)
    both = pair(nothing, logits) - LSE(pair(nothing, logits))[..., None]  # log-probabilities of the classes 0 and 1
    target = pair(1 - y, y)
    log_right = tf.einsum("...k,...k->...", target, both)
    log_wrong = tf.einsum("...k,...k->...", 1 - target, both)
    return per_target(tf.einsum("...i->...", -tf.exp(gamma * log_wrong) * log_right), logits)


def hinge(y, score):
    toward = tf.where(tf.cast(y, tf.bool), score, -score)
    return per_target(tf.einsum("...i->...", tf.clip_by_value(1 - toward, 0, score.dtype.max)), score)


class Reducer:
    """What is there, and how much it weighs, as rows."""

    def __init__(self, values, sample_weight, mask):
        self.shape = tf.shape(values)
        rows = lambda x: tf.reshape(x, [self.shape[0], -1])
        there = rows(tf.ones(self.shape, tf.bool) if mask is None else mask)
        self.count = tf.cast(tf.math.count_nonzero(there), values.dtype)
        weight = tf.ones([self.shape[0]], values.dtype) if sample_weight is None else sample_weight
        self.weights = tf.where(there, weight[:, tf.newaxis], tf.zeros([], values.dtype))
        self.products = self.weights * tf.where(there, rows(values), tf.zeros([], values.dtype))

    def none(self):
        return tf.reshape(self.products, self.shape)

    def sum(self):
        return tf.reduce_sum(self.products)

    def over(self, divisor):
        return self.sum() / divisor if divisor != 0 else self.sum()

    def mean(self):
        return self.over(self.count)

    def weighted_mean(self):
        return self.over(tf.reduce_sum(self.weights))


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    if reduction not in {"none", "sum", "mean", "weighted_mean"}:
        raise ValueError(reduction)
    return getattr(Reducer(values, sample_weight, mask), reduction)()


def numerical_gradient(f, x, h=1e-5):
    flat = tf.reshape(x, [-1])

    def at(i, by):
        return f(tf.reshape(tf.tensor_scatter_nd_add(flat, [[i]], tf.constant([by], tf.float64)), x.shape))

    return tf.reshape([(at(i, h) - at(i, -h)) * (0.5 / h) for i in range(flat.shape[0])], x.shape)


class HuberLoss(tf.keras.losses.Loss):
    def __init__(self, delta=1.0, **kwargs):
        self._delta = delta
        super().__init__(**kwargs)

    @property
    def loss(self):
        return partial(huber, delta=self._delta)

    def call(self, y_true, y_pred):
        return self.loss(y_true=y_true, y_pred=y_pred)

    def get_config(self):
        return super().get_config() | {"delta": self._delta}


def gaussian_nll(y, mean, log_var):
    standard = (mean - y) * tf.exp(-0.5 * log_var)
    return 0.5 * standard * standard + 0.5 * (log_var + math.log(math.tau))


def laplace_nll(y, loc, log_scale):
    standard = (loc - y) * tf.exp(-log_scale)
    return tf.maximum(standard, -standard) + (log_scale + math.log(2))


def poisson_nll(y, log_rate):
    log_p = y * log_rate - tf.exp(log_rate) - tf.math.lgamma(y + 1)
    return -log_p


def fit_line(x, y, loss, lr, steps):
    def step(state, _):
        line = state[:2]
        with tf.GradientTape() as tape:
            tape.watch(line)
            value = tf.reduce_mean(loss(y, line[0] * x + line[1]))
        return tf.concat([line - lr * tape.gradient(value, line), [value]], axis=0)

    states = tf.scan(step, tf.range(steps), initializer=tf.zeros([3], x.dtype))
    w, b, _ = tf.unstack(states[-1])
    return w, b, states[:, 2]
