"""The cast is left to do the rounding, and it cuts fractions off.

fails: quantize
hint: `tf.cast` goes towards zero: 1.7 becomes 1. Round before you cast.
"""


def to_int8(x, scale):
    return tf.cast(tf.clip_by_value(x / scale, -128, 127), tf.int8)
