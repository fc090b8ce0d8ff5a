"""The sum of squares is taken for the norm; the root is missing.

fails: clipping
hint: What is the length of [3, 4]? Compare it with what your norm gives.
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    norm = tf.reduce_sum(tf.square(g))
    return g * (c / tf.maximum(norm, c))
