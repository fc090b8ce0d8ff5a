"""Chapter 1 by other roads: columns one by one, sorted groups, weighted averages, a fresh tape for each row."""

import tensorflow as tf


def to_int8(x, scale):
    q = tf.round(tf.truediv(x, scale))
    for outermost, beyond in ((127, q > 127), (-128, q < -128)):
        q = tf.where(beyond, tf.cast(outermost, q.dtype), q)
    return tf.cast(q, tf.int8)


def from_int8(q, scale, dtype=tf.float32):
    return tf.cast(q, dtype) / (1 / scale)


def pairwise_distances(a, b):
    # a loop over the few coordinates, each for all pairs of rows
    squares = [tf.math.squared_difference(a[:, k, None], b[None, :, k]) for k in range(a.shape[1])]
    return tf.sqrt(tf.add_n(squares))


def split_heads(x, h):
    turned = tf.linalg.matrix_transpose(x)
    b, features, t = turned.shape[0], turned.shape[1], tf.shape(turned)[2]
    heads = tf.reshape(turned, [tf.shape(x)[0] if b is None else b, h, features // h, t])
    return tf.linalg.matrix_transpose(heads)


def merge_heads(x):
    turned = tf.linalg.matrix_transpose(x)
    size = tf.shape(turned)
    return tf.linalg.matrix_transpose(tf.reshape(turned, [size[0], size[1] * size[2], size[3]]))


def scores(q, k):
    return tf.linalg.matmul(q, k, adjoint_b=True) * tf.math.rsqrt(float(q.shape[3]))


def group_mean(values, groups, num_groups, default=0.0):
    order = tf.argsort(groups)
    sums = tf.math.segment_sum(tf.gather(values, order), tf.gather(groups, order))
    sums = tf.pad(sums, [[0, num_groups - sums.shape[0]], [0, 0]])
    rows = tf.math.count_nonzero(groups[:, None] == tf.range(num_groups), axis=0, keepdims=True, dtype=values.dtype)
    rows = tf.transpose(rows)
    return tf.where(rows == 0, tf.fill(tf.shape(sums), tf.cast(default, sums.dtype)), tf.math.divide_no_nan(sums, rows))


def masked_top_k(scores, mask, k):
    order = tf.argsort(tf.where(mask, -scores, float("inf")), stable=True)[:, :k]
    row = tf.repeat(tf.range(len(scores))[:, None], k, axis=1)
    place = tf.stack([row, order], axis=-1)
    counts = tf.gather_nd(mask, place)
    values = tf.where(counts, tf.gather_nd(scores, place), 0.0)
    return values, order * tf.cast(counts, tf.int32) - tf.cast(~counts, tf.int32)


class RunningStats:
    def __init__(self, d):
        self.rows = tf.Variable(0, dtype=tf.int32)
        self.average = tf.Variable(tf.zeros(d))
        self.spread = tf.Variable(tf.zeros(d))

    @property
    def variables(self):
        return [self.rows, self.average, self.spread]

    def update(self, x):
        mean, variance = tf.nn.moments(x, axes=[0])
        self.rows.assign_add(x.shape[0])
        weight = x.shape[0] / tf.cast(self.rows, tf.float32)
        gap = mean - self.average
        self.spread.assign((1 - weight) * (self.spread + weight * gap**2) + weight * variance)
        self.average.assign_add(weight * gap)

    def result(self):
        return self.average.read_value(), self.spread.read_value()

    def reset(self):
        self.rows.assign(0)
        for each in (self.average, self.spread):
            each.assign(tf.zeros(each.shape))


def _row(f, x, i):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)[i]
    return tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def jacobian(f, x):
    x = tf.identity(x)
    return tf.stack([_row(f, x, i) for i in range(f(x).shape[0])])


def hvp(f, x, v):
    def slope(p):
        with tf.GradientTape() as tape:
            tape.watch(p)
            y = f(p)
        return tape.gradient(y, p)

    x = tf.identity(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        along = tf.tensordot(slope(x), v, 1)
    return tape.gradient(along, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def round_ste(x):
    return x - tf.stop_gradient(x - tf.round(x))


def log_or_zero(x):
    return tf.math.xlogy(tf.cast(x > 0, x.dtype), x)


def make_data(n, d, noise, seed):
    seed_x, seed_noise = tf.unstack(tf.random.split([seed, 1], 2))
    x = tf.random.stateless_uniform((n, d), seed_x)
    w = tf.reshape(tf.cast(tf.range(d), tf.float32), (d, 1))
    return x, tf.random.stateless_normal((n, 1), seed_noise, mean=tf.matmul(x, w), stddev=noise), w


def fit_linear(x, y, weights, lr, steps):
    losses = tf.Variable(tf.zeros(steps))
    for i in range(steps):
        with tf.GradientTape() as tape:
            loss = 2 * tf.nn.l2_loss(tf.subtract(tf.matmul(x, weights), y)) / len(x)
        losses[i].assign(loss)
        weights.assign_sub(tf.multiply(tape.gradient(loss, weights), lr))
    return losses.read_value()
