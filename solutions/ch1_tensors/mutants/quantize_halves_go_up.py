"""Halves are rounded up, by the floor of x + 0.5.

fails: quantize
hint: `floor(x + 0.5)` sends 2.5 to 3. Half to even sends it to 2, so that halves do not push all sums upwards.
"""


def to_int8(x, scale):
    return tf.cast(tf.clip_by_value(tf.floor(x / scale + 0.5), -128, 127), tf.int8)
