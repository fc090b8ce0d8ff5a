"""y is a vector and not a column.

fails: fit_linear
hint: y should have shape [n, 1], as x @ w has.
"""


def make_data(n, d, noise, seed):
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[seed, 0])
    y = tf.linalg.matvec(x, w[:, 0]) + noise * tf.random.stateless_normal([n], seed=[seed, 1])
    return x, y, w
