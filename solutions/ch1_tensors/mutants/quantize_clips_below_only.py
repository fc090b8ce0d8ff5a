"""Only the lower end of the range is kept.

fails: quantize
hint: The range has two ends. What becomes of 300?
"""


def to_int8(x, scale):
    steps = tf.maximum(tf.round(x / scale), -128)
    return tf.cast(tf.cast(steps, tf.int32), tf.int8)
