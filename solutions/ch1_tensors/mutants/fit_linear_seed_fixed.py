"""The seed is always the same one, whatever is asked for.

fails: fit_linear
hint: Another seed should give other data. Where does `seed` enter?
"""


def make_data(n, d, noise, seed):
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[42, 0])
    y = x @ w + noise * tf.random.stateless_normal([n, 1], seed=[42, 1])
    return x, y, w
