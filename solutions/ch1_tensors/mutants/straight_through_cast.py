"""A cast to int and back takes the place of rounding: it cuts off, and no gradient survives it.

fails: straight_through
hint: Integers have no gradients, and a cast rounds towards zero.
"""


def round_ste(x):
    return tf.cast(tf.cast(x, tf.int32), x.dtype)
