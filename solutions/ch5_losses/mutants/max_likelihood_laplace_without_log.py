"""The logarithm of the scale is missing from Laplace's density.

fails: max_likelihood
hint: Without the term that stands alone nothing keeps the scale from growing.
"""


def laplace_nll(y, loc, log_scale):
    return math.log(2.0) + tf.abs(y - loc) * tf.exp(-log_scale)
