"""`tf.round` is used as it is, and it lets no gradient through.

fails: straight_through
hint: The gradient of `tf.round` is None. Write the rounded number as x plus a correction, and let the tape see only
  x.
"""


def round_ste(x):
    return tf.round(x)
