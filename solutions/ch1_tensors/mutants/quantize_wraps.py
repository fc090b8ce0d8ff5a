"""Numbers beyond the range of int8 are cast as they are and wrap around.

fails: quantize
hint: Eight bits hold -128 to 127. 300 does not fit, and the cast keeps its lowest eight bits: 44. What should stand
  there?
"""


def to_int8(x, scale):
    return tf.cast(tf.cast(tf.round(x / scale), tf.int32), tf.int8)
