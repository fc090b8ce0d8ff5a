"""The logarithm of the variance is taken for that of the standard deviation.

fails: max_likelihood
hint: exp(log_var) is the variance: is it squared once more in your formula?
"""


def gaussian_nll(y, mean, log_var):
    return 0.5 * (math.log(2.0 * math.pi) + 2.0 * log_var + tf.square(y - mean) * tf.exp(-2.0 * log_var))
