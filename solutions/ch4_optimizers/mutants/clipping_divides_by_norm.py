"""The direction is found by a division by the norm, which is 0 / 0 for a gradient of zeros.

fails: clipping
hint: What is the direction of a vector of zeros? Divide by something that is never zero.
"""


def clip(g, clipnorm):
    norm = tf.norm(g)
    return tf.minimum(norm, clipnorm) * g / norm
