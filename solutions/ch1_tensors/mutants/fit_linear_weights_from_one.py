"""The true weights are 1 to d.

fails: fit_linear
hint: They begin with 0: the first column of x has no say in y.
"""


def make_data(n, d, noise, seed):
    w = tf.range(1, d + 1, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[seed, 0])
    y = x @ w + noise * tf.random.stateless_normal([n, 1], seed=[seed, 1])
    return x, y, w
