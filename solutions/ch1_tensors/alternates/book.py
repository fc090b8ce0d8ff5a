"""Chapter 1 in the manner of the book: plain operations, spelled out one after another."""

import tensorflow as tf


def to_int8(x, scale):
    q = tf.math.rint(tf.divide(x, scale))
    q = tf.maximum(q, tf.constant(-128, q.dtype))
    q = tf.minimum(q, tf.constant(127, q.dtype))
    return tf.cast(q, dtype=tf.int8)


def from_int8(q, scale, dtype=tf.float32):
    return tf.multiply(tf.constant(scale, dtype=dtype), tf.cast(q, dtype=dtype))


def pairwise_distances(a, b):
    difference = tf.expand_dims(a, 1) - tf.expand_dims(b, 0)
    return tf.norm(difference, axis=2)


def split_heads(x, h):
    parts = tf.split(x, h, axis=2)
    return tf.stack(parts, axis=1)


def merge_heads(x):
    parts = tf.unstack(x, axis=1)
    return tf.concat(parts, axis=2)


def scores(q, k):
    scaled = q * (q.shape[-1] ** -0.5)
    return tf.linalg.matmul(scaled, tf.transpose(k, perm=[0, 1, 3, 2]))


def group_mean(values, groups, num_groups, default=0.0):
    n_columns = values.shape[1]
    index = groups[:, tf.newaxis]
    total = tf.zeros((num_groups, n_columns), dtype=values.dtype)
    total = tf.tensor_scatter_nd_add(total, index, values)
    count = tf.zeros((num_groups, 1), dtype=values.dtype)
    count = tf.tensor_scatter_nd_add(count, index, tf.ones_like(values[:, :1]))
    empty = tf.cast(count == 0, values.dtype)
    return tf.math.divide_no_nan(total, count) + default * empty


def masked_top_k(scores, mask, k):
    low = tf.fill(tf.shape(scores), scores.dtype.min)
    order = tf.argsort(tf.where(mask, scores, low), axis=1, direction="DESCENDING", stable=True)[:, :k]
    values = tf.gather(scores, order, axis=1, batch_dims=1)
    # the real ones come first, so their number says which they are
    n_real = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1, keepdims=True)
    is_hole = tf.range(k)[tf.newaxis, :] >= n_real
    return tf.where(is_hole, 0.0, values), tf.where(is_hole, -1, order)


class RunningStats(tf.Module):
    """`tf.Module` finds the variables among the attributes by itself."""

    def __init__(self, d):
        super().__init__()
        self.n = tf.Variable(0.0, dtype=tf.float64)
        self.total = tf.Variable(tf.zeros((d,), dtype=tf.float64))
        self.total_of_squares = tf.Variable(tf.zeros((d,), dtype=tf.float64))

    def update(self, x):
        # float64 has digits enough to subtract large squares from each other
        x = tf.cast(x, tf.float64)
        self.n.assign_add(tf.cast(tf.shape(x)[0], tf.float64))
        self.total.assign_add(tf.reduce_sum(x, axis=0))
        self.total_of_squares.assign_add(tf.reduce_sum(x * x, axis=0))

    def result(self):
        mean = tf.math.divide_no_nan(self.total, self.n)
        var = tf.math.divide_no_nan(self.total_of_squares, self.n) - mean * mean
        return tf.cast(mean, tf.float32), tf.cast(var, tf.float32)

    def reset(self):
        self.n.assign_sub(self.n)
        self.total.assign_sub(self.total)
        self.total_of_squares.assign_sub(self.total_of_squares)


def jacobian(f, x):
    x = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = f(x)
    m = y.shape[0]
    # each row of the identity asks for one output
    rows = []
    for weight in tf.eye(m, dtype=y.dtype):
        rows.append(tape.gradient(target=y, sources=x, output_gradients=weight, unconnected_gradients="zero"))
    del tape
    return tf.stack(rows, axis=0)


def hvp(f, x, v):
    x = tf.constant(x)
    with tf.GradientTape() as tape2:
        tape2.watch(x)
        with tf.GradientTape() as tape1:
            tape1.watch(x)
            c = f(x)
        slope = tf.reduce_sum(tape1.gradient(c, x) * v)
    result = tape2.gradient(slope, x)
    return tf.zeros_like(x) if result is None else result


@tf.custom_gradient
def round_ste(x):
    def backward(upstream):
        return upstream

    return tf.round(x), backward


@tf.custom_gradient
def log_or_zero(x):
    logarithm = tf.where(x > 0, tf.math.log(x), 0.0)

    def backward(upstream):
        return upstream * tf.where(x > 0, 1.0 / x, 0.0)

    return logarithm, backward


def make_data(n, d, noise, seed):
    generator = tf.random.Generator.from_seed(seed)
    true_weights = tf.constant(list(range(d)), dtype=tf.float32)[:, tf.newaxis]
    x = generator.uniform((n, d))
    y = tf.linalg.matmul(x, true_weights) + generator.normal((n, 1), stddev=noise)
    return x, y, true_weights


def fit_linear(x, y, weights, lr, steps):
    history = tf.TensorArray(tf.float32, size=steps)
    for iteration in range(steps):
        with tf.GradientTape() as tape:
            y_hat = tf.linalg.matmul(x, weights)
            loss = tf.reduce_mean(tf.square(y - y_hat))
        history = history.write(iteration, loss)
        gradients = tape.gradient(loss, weights)
        weights.assign_add(-lr * gradients)
    return history.stack()
