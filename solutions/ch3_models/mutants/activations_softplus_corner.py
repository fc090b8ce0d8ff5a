"""softplus goes through maximum and abs: at 0 their slopes add up to 1, where 1/2 is right.

fails: activations
hint: Value right, gradient wrong, at one point: neither max nor abs has a derivative at 0, and TensorFlow has
  to pick one. Write both with `tf.where`, on the same side.
"""


def softplus(x):
    return tf.maximum(x, 0) + tf.math.log1p(tf.exp(-tf.abs(x)))
