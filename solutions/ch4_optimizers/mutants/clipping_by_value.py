"""Each element is cut off at `clipnorm` on its own, which turns the gradient to another direction.

fails: clipping
hint: Draw a long gradient and cut its elements one by one: it no longer points the same way. All elements must be
  scaled by one number.
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    return tf.clip_by_value(g, -c, c)
