"""Negative numbers have the logarithm of their size.

fails: straight_through
hint: Below zero the value should be 0: ask for x > 0, not for x != 0.
"""


def log_or_zero(x):
    given = tf.not_equal(x, 0)
    safe = tf.where(given, tf.abs(x), tf.ones_like(x))
    return tf.where(given, tf.math.log(safe), tf.zeros_like(x))
