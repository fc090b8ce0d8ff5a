"""The mean is taken over all elements, so that one number is left for all samples.

fails: regression_losses
hint: How many samples came in, and how many losses go out? Which axis is a sample's own?
"""


def mse(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_pred - y_true))


def mae(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_pred - y_true))


def log_cosh(y_true, y_pred):
    size = tf.abs(y_pred - y_true)
    return tf.reduce_mean(size + tf.math.softplus(-2.0 * size) - math.log(2.0))


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    size = tf.abs(e)
    line = delta * size - 0.5 * delta**2
    return tf.reduce_mean(tf.where(size <= delta, 0.5 * tf.square(e), line))
