"""The logarithm of the variance is missing, so that a larger variance is always better.

fails: max_likelihood
hint: Without the term that stands alone nothing keeps the variance from growing. Where does it come from in the
  density?
"""


def gaussian_nll(y, mean, log_var):
    return 0.5 * (math.log(2.0 * math.pi) + tf.square(y - mean) * tf.exp(-log_var))
