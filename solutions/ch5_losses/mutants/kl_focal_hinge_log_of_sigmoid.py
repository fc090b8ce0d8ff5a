"""The focal loss takes the logarithm of a computed probability, which is infinite for a logit that is far on the wrong side.

fails: kl_focal_hinge
hint: sigmoid(-1000) is 0 in float32, its logarithm is not -1000 any more. Which function gives the logarithm of
  the sigmoid from the logit?
"""


def focal(y, logits, gamma=2.0):
    s = (2.0 * y - 1.0) * logits
    return tf.reduce_mean(tf.exp(-gamma * tf.math.softplus(s)) * -tf.math.log(tf.sigmoid(s)), axis=-1)
