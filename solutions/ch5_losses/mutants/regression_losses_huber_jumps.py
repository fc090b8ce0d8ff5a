"""The line of Huber's loss is not lowered by half of delta squared, so that it does not meet the parabola.

fails: regression_losses
hint: Put an error of exactly delta into both pieces of your loss: do they give the same number?
"""


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    size = tf.abs(e)
    return tf.reduce_mean(tf.where(size <= delta, 0.5 * tf.square(e), delta * size), axis=-1)
