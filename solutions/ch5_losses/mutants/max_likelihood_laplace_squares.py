"""Laplace's density is written with squared distances.

fails: max_likelihood
hint: Squares belong to the mean and to Gauss; the median comes from something that grows more slowly.
"""


def laplace_nll(y, loc, log_scale):
    return math.log(2.0) + log_scale + tf.square(y - loc) * tf.exp(-log_scale)
