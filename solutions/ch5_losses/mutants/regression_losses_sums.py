"""The last axis is summed and not averaged.

fails: regression_losses
hint: A sample with twice as many targets should not cost twice as much: mean squared error, not sum.
"""


def mse(y_true, y_pred):
    return tf.reduce_sum(tf.square(y_pred - y_true), axis=-1)


def mae(y_true, y_pred):
    return tf.reduce_sum(tf.abs(y_pred - y_true), axis=-1)
