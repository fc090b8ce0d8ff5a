"""The focal loss always takes the square, whatever gamma is.

fails: kl_focal_hinge
hint: With gamma 0 the focal loss is the binary cross-entropy. Is yours?
"""


def focal(y, logits, gamma=2.0):
    s = (2.0 * y - 1.0) * logits
    return tf.reduce_mean(tf.square(tf.sigmoid(-s)) * tf.math.softplus(-s), axis=-1)
