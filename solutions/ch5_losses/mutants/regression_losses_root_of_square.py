"""The absolute value is written as the root of the square, whose gradient at 0 is 0 times infinity.

fails: regression_losses
hint: What is the derivative of a square root at 0, and what does the chain rule multiply it with? There is an
  operation that does not go by way of a root.
"""


def mae(y_true, y_pred):
    return tf.reduce_mean(tf.sqrt(tf.square(y_pred - y_true)), axis=-1)
