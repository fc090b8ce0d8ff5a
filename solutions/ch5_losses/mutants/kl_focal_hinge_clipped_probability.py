"""The focal loss clips the probability, so that large logits on the wrong side have no gradient.

fails: kl_focal_hinge
hint: A sample that is wrong and sure should be the first to be learned. How large is its gradient in your loss?
"""


def focal(y, logits, gamma=2.0):
    p = tf.clip_by_value(tf.sigmoid((2.0 * y - 1.0) * logits), 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean((1.0 - p) ** gamma * tf.math.log(p), axis=-1)
