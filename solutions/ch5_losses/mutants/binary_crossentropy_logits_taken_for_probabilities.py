"""`from_logits` is not looked at: logits are clipped as if they were probabilities.

fails: binary_crossentropy
hint: A logit of 3 is not a probability of 0.9999999. What does from_logits=True change?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
