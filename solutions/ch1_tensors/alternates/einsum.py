"""Chapter 1 with as few operations as possible: einsum, one-hot matrices, forward mode, a compiled step."""

import numpy as np
import tensorflow as tf


def to_int8(x, scale):
    return tf.saturate_cast(tf.round(x * (1 / scale)), tf.int8)


def from_int8(q, scale, dtype=tf.float32):
    table = tf.constant(np.arange(-128, 128) * scale, dtype)
    return tf.gather(table, tf.cast(q, tf.int32) + 128)


def pairwise_distances(a, b):
    gaps = a[:, None] - b
    return tf.einsum("nmd,nmd->nm", gaps, gaps) ** 0.5


def split_heads(x, h):
    cut = tf.reshape(x, tf.concat([tf.shape(x)[:2], [h, -1]], axis=0))
    return tf.einsum("bthd->bhtd", cut)


def merge_heads(x):
    b, h, t, d = tf.unstack(tf.shape(x))
    return tf.reshape(tf.einsum("bhtd->bthd", x), tf.stack([b, t, h * d]))


def scores(q, k):
    return tf.einsum("bhtd,bhsd->bhts", q, k) / np.sqrt(q.shape[3]).astype(q.dtype.as_numpy_dtype)


def group_mean(values, groups, num_groups, default=0.0):
    member = tf.one_hot(groups, num_groups, dtype=values.dtype)
    size = tf.reduce_sum(member, axis=0)
    filled = tf.einsum("ng,nd->gd", member, values) / tf.where(size == 0, 1, size)[:, None]
    empty = tf.where(size == 0)
    return tf.tensor_scatter_nd_update(filled, empty, tf.fill([len(empty), values.shape[1]], tf.cast(default, values.dtype)))


def masked_top_k(scores, mask, k):
    best, where = tf.math.top_k(scores - tf.where(mask, 0.0, np.inf), k)
    hole = tf.math.is_inf(best)
    return tf.where(hole, tf.zeros_like(best), best), tf.where(hole, -tf.ones_like(where), where)


class RunningStats:
    """Sums of distances from a fixed point among the data, which never get large; all in one variable."""

    def __init__(self, d):
        self.table = tf.Variable(tf.zeros([4, d]))  # rows seen, the point, sum, sum of squares

    @property
    def variables(self):
        return [self.table]

    def update(self, x):
        n, point, total, squares = tf.unstack(self.table)
        point = tf.where(n > 0, point, x[0])
        x = x - point
        self.table.assign([n + len(x), point, total + tf.reduce_sum(x, 0), squares + tf.einsum("nd,nd->d", x, x)])

    def result(self):
        n, point, total, squares = tf.unstack(self.table)
        n = tf.maximum(n, 1.0)
        return point + total / n, squares / n - (total / n) ** 2

    def reset(self):
        self.table.assign(self.table * 0)


def jacobian(f, x):
    x = tf.convert_to_tensor(x)
    columns = []
    for direction in tf.unstack(tf.eye(x.shape[0], dtype=x.dtype)):
        with tf.autodiff.ForwardAccumulator(x, direction) as forward:
            y = f(x)
        columns.append(forward.jvp(y, unconnected_gradients=tf.UnconnectedGradients.ZERO))
    return tf.stack(columns, axis=1)


def hvp(f, x, v):
    x = tf.convert_to_tensor(x)
    with tf.autodiff.ForwardAccumulator(x, v) as forward:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        slope = tape.gradient(y, x)
    return forward.jvp(slope, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def round_ste(x):
    return tf.stop_gradient(tf.round(x)) + x - tf.stop_gradient(x)


def log_or_zero(x):
    return tf.math.log(tf.where(x > 0, x, 1.0))


def make_data(n, d, noise, seed):
    rng = np.random.default_rng(seed)
    w = np.arange(d, dtype="float32").reshape(d, 1)
    x = rng.random((n, d), dtype="float32")
    y = x @ w + np.float32(noise) * rng.standard_normal((n, 1), dtype="float32")
    return tf.constant(x), tf.constant(y), tf.constant(w)


def fit_linear(x, y, weights, lr, steps):
    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.keras.losses.MeanSquaredError()(y, x @ weights)
        [gradient] = tape.gradient(loss, [weights])
        weights.assign(weights - lr * gradient)
        return loss

    return tf.convert_to_tensor([step() for _ in range(steps)])
