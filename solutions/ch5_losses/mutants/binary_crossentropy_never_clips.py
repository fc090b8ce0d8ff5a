"""Probabilities are not clipped, so that 0 and 1 give infinity, or NaN.

fails: binary_crossentropy
hint: What is 0 * log(0) on a computer? Keep p away from both ends first.
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred, axis=-1)
    return -tf.reduce_mean(y_true * tf.math.log(y_pred) + (1.0 - y_true) * tf.math.log(1.0 - y_pred), axis=-1)
