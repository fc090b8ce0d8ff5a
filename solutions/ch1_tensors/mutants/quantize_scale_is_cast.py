"""On the way back the scale is cast to an integer as well.

fails: quantize
hint: In int8 a scale of 0.5 is 0. Which of the two has to be cast, before they are multiplied?
"""


def from_int8(q, scale, dtype=tf.float32):
    return tf.cast(q * tf.cast(scale, tf.int8), dtype)
