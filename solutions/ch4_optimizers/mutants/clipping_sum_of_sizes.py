"""The norm is the sum of the absolute values, not the Euclidean one.

fails: clipping
hint: For [3, 4] the Euclidean norm is 5, not 7: squares, sum, root.
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    norm = tf.reduce_sum(tf.abs(g))
    return g * (c / tf.maximum(norm, c))
