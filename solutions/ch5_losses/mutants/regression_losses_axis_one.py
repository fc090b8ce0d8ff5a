"""The mean is taken over axis 1, which is the last one only where there are two.

fails: regression_losses
hint: Give it a tensor with three axes. Counting from the end, which axis do you want?
"""


def mse(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_pred - y_true), axis=1)


def mae(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_pred - y_true), axis=1)


def log_cosh(y_true, y_pred):
    size = tf.abs(y_pred - y_true)
    return tf.reduce_mean(size + tf.math.softplus(-2.0 * size) - math.log(2.0), axis=1)


def huber(y_true, y_pred, delta=1.0):
    e = y_pred - y_true
    size = tf.abs(e)
    line = delta * size - 0.5 * delta**2
    return tf.reduce_mean(tf.where(size <= delta, 0.5 * tf.square(e), line), axis=1)
