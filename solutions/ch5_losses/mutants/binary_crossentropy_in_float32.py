"""Logits and their labels are turned into float32 first.

fails: binary_crossentropy
hint: From float64 comes float64. Which of your lines names a dtype?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        y_true, y_pred = tf.cast(y_true, tf.float32), tf.cast(y_pred, tf.float32)
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred, axis=-1)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
