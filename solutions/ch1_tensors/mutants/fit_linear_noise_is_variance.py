"""`noise` is taken for the variance of the noise.

fails: fit_linear
hint: It is the standard deviation: the factor before a standard normal.
"""


def make_data(n, d, noise, seed):
    w = tf.range(d, dtype=tf.float32)[:, tf.newaxis]
    x = tf.random.stateless_uniform([n, d], seed=[seed, 0])
    y = x @ w + tf.sqrt(float(noise)) * tf.random.stateless_normal([n, 1], seed=[seed, 1])
    return x, y, w
