"""The argument is kept above 1e-7, so that zero and below have the logarithm of that.

fails: straight_through
hint: At and below zero the value should be 0, not -16; and 1e-9 has a logarithm of its own.
"""


def log_or_zero(x):
    return tf.math.log(tf.maximum(x, 1e-7))
