"""Every gradient is scaled to the length `clipnorm`, the short ones too.

fails: clipping
hint: `clipnorm` is the largest length allowed, not the one wanted. What should happen to a gradient that is short
  already, or zero?
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    norm = tf.sqrt(tf.reduce_sum(tf.square(g)))
    return g * (c / norm)
