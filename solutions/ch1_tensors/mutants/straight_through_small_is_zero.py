"""Numbers below 1e-7 are treated as if they were zero.

fails: straight_through
hint: 1e-9 is positive: its logarithm is about -20.7.
"""


def log_or_zero(x):
    positive = x > 1e-7
    safe = tf.where(positive, x, tf.ones_like(x))
    return tf.where(positive, tf.math.log(safe), tf.zeros_like(x))
