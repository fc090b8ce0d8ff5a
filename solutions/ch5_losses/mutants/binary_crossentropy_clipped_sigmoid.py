"""Logits are turned into probabilities and clipped, so that no loss is above 16.12 and large logits have no gradient.

fails: binary_crossentropy
hint: A network that is sure and wrong should learn the most. How large is your gradient at z = 1000 with label
  0?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    p = tf.sigmoid(y_pred) if from_logits else y_pred
    p = tf.clip_by_value(p, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
