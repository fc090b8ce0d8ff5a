"""The logarithm of the rate is taken for the rate itself.

fails: max_likelihood
hint: The argument is log(rate), and may be negative. Which of the two terms of the formula needs the rate?
"""


def poisson_nll(y, log_rate):
    return log_rate - y * tf.math.log(log_rate) + tf.math.lgamma(y + 1.0)
