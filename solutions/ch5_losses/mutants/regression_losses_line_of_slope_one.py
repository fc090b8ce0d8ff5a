"""Beyond delta Huber's line has the slope 1 and not delta.

fails: regression_losses
hint: A parabola e**2 / 2 has the slope e. How steep is it where the line takes over?
"""


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    size = tf.abs(e)
    line = size - delta + 0.5 * delta**2
    return tf.reduce_mean(tf.where(size <= delta, 0.5 * tf.square(e), line), axis=-1)
