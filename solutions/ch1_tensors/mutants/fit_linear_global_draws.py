"""The data come from the global generator, and the seed has no say.

fails: fit_linear
hint: What has been drawn before decides what you get. Use the seed, with operations named `stateless`.
"""


def make_data(n, d, noise, seed):
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.uniform([n, d])
    y = x @ w + noise * tf.random.normal([n, 1])
    return x, y, w
