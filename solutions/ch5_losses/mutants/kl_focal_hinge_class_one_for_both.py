"""The weight of the focal loss is (1 - p) ** gamma for both classes, p being the probability of class 1.

fails: kl_focal_hinge
hint: For a sample of class 0 the right probability is 1 - p. Which probability must be raised to gamma for it?
"""


def focal(y, logits, gamma=2.0):
    s = (2.0 * y - 1.0) * logits
    return tf.reduce_mean(tf.exp(-gamma * tf.math.softplus(logits)) * tf.math.softplus(-s), axis=-1)
