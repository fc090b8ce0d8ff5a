"""Huber's loss turns at 1 whatever delta is.

fails: regression_losses
hint: Look for a 1 in your Huber loss that should be delta, and for a factor that 1 hides.
"""


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    size = tf.abs(e)
    return tf.reduce_mean(tf.where(size <= 1.0, 0.5 * tf.square(e), size - 0.5), axis=-1)
