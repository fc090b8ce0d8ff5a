"""Data and noise come from one and the same seed, so that the noise repeats what is in x.

fails: fit_linear
hint: The same seed gives the same numbers again. What is to be independent needs a seed of its own.
"""


def make_data(n, d, noise, seed):
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[seed, 0])
    y = x @ w + noise * (x[:, :1] - 0.5) * 12.0**0.5
    return x, y, w
