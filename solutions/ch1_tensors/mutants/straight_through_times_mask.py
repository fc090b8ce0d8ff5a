"""The logarithm is multiplied by a mask: NaN times 0 is NaN.

fails: straight_through
hint: A mask of zeros does not remove NaN. Choose with `tf.where`, and keep bad numbers away from the logarithm.
"""


def log_or_zero(x):
    return tf.math.log(x) * tf.cast(x > 0, x.dtype)
