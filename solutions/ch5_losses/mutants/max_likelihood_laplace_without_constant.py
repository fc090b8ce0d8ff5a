"""The constant log(2) is missing from Laplace's density.

fails: max_likelihood
hint: A density adds up to 1. How much do both sides of exp(-|x|) add up to?
"""


def laplace_nll(y, loc, log_scale):
    return log_scale + tf.abs(y - loc) * tf.exp(-log_scale)
