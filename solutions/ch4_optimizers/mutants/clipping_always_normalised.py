"""Every gradient is given the norm `clipnorm`, the short ones too.

fails: clipping
hint: A gradient that is short enough must come out as it went in.
"""


def clip(g, clipnorm):
    return tf.reshape(tf.math.l2_normalize(tf.reshape(g, [-1])) * clipnorm, tf.shape(g))
