"""x itself is stopped, and the correction is not: the gradient is -1.

fails: straight_through
hint: Of x + (round(x) - x), which part should the tape see?
"""


def round_ste(x):
    return tf.stop_gradient(x) + (tf.round(x) - x)
