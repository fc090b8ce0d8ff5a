"""The logarithm is taken of the hyperbolic cosine as it stands, which overflows at an error of 90.

fails: regression_losses
hint: cosh(1000) is no float32, though its logarithm is below 1000. Take a factor exp(|e|) out of the cosine
  first.
"""


def log_cosh(y_true, y_pred):
    return tf.reduce_mean(tf.math.log(tf.cosh(y_pred - y_true)), axis=-1)
