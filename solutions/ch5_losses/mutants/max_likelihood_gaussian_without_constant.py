"""The constant log(2 pi) / 2 is missing from the normal density.

fails: max_likelihood
hint: The gradient does not feel a constant, but two densities can be compared only if each adds up to 1.
"""


def gaussian_nll(y, mean, log_var):
    return 0.5 * (log_var + tf.square(y - mean) * tf.exp(-log_var))
