"""The answer is float32, whatever dtype is asked for.

fails: quantize
hint: `dtype` is an argument: it has to reach the cast.
"""


def from_int8(q, scale, dtype=tf.float32):
    return tf.cast(q, tf.float32) * scale
