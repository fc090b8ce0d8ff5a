"""The constant log 2 is a float32 tensor, which does not go with float64.

fails: regression_losses
hint: A Python number takes on the dtype of the tensor that it meets; a tensor made by tf.constant(2.0) is
  float32 for good.
"""


def log_cosh(y_true, y_pred):
    size = tf.abs(y_pred - y_true)
    return tf.reduce_mean(size + tf.math.softplus(-2.0 * size) - tf.math.log(2.0), axis=-1)
