"""Labels are rounded to 0 or 1, so that a label in between is taken for a whole one.

fails: binary_crossentropy
hint: A label of 0.7 says: 0.7 of class 1 and 0.3 of class 0. Both terms count, each by its part.
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    y_true = tf.cast(y_true > 0.5, y_pred.dtype)
    if from_logits:
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred, axis=-1)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
