"""elu is exp(x) - 1 below 0: next to 0 nearly all digits are lost.

fails: activations
hint: exp(-0.000001) is 0.999999, and taking 1 away leaves what rounding has left. There is a function for
  this difference.
"""


def elu(x):
    return tf.where(x > 0, x, tf.exp(tf.minimum(x, 0)) - 1)
