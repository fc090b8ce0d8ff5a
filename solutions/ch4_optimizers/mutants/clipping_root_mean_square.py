"""The squares are averaged, not summed, so the more elements, the longer the clipped gradient.

fails: clipping
hint: The Euclidean norm has a sum under its root. With a mean, what comes out grows with the number of elements.
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    norm = tf.sqrt(tf.reduce_mean(tf.square(g)))
    return g * (c / tf.maximum(norm, c))
