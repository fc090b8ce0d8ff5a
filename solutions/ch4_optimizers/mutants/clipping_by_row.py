"""A matrix is clipped row by row, each row with a norm of its own.

fails: clipping
hint: A variable has one gradient and this has one length, whatever its shape: the sum of squares goes over all
  elements.
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    axis = -1 if g.shape.rank > 1 else None
    norm = tf.sqrt(tf.reduce_sum(tf.square(g), axis=axis, keepdims=True))
    return tf.reshape(g * (c / tf.maximum(norm, c)), tf.shape(g))
