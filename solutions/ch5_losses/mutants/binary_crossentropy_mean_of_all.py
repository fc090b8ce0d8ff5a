"""The mean is taken over all samples too, so that one number is left.

fails: binary_crossentropy
hint: How many samples came in, and how many losses go out?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p))
