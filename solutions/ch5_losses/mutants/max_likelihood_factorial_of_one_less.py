"""lgamma(y) is taken for the logarithm of y!, which is lgamma(y + 1).

fails: max_likelihood
hint: The gamma function is shifted by one: 4! is gamma(5). And what is gamma(0)?
"""


def poisson_nll(y, log_rate):
    return tf.exp(log_rate) - y * log_rate + tf.math.lgamma(y)
