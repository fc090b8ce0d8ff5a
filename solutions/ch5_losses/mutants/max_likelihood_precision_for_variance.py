"""The squares are multiplied with the variance and not divided by it.

fails: max_likelihood
hint: The more the data scatters, the less should one deviation cost. What sign has the exponent?
"""


def gaussian_nll(y, mean, log_var):
    return 0.5 * (math.log(2.0 * math.pi) + log_var + tf.square(y - mean) * tf.exp(log_var))
