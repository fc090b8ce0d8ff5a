"""The smaller of norm and `clipnorm` is divided by: long gradients stay, short ones are lengthened.

fails: clipping
hint: Put a very long gradient into your formula, then a very short one. Which of the two should change?
"""


def clip(g, clipnorm):
    c = tf.constant(clipnorm, g.dtype)
    norm = tf.sqrt(tf.reduce_sum(tf.square(g)))
    return g * (c / tf.minimum(norm, c))
