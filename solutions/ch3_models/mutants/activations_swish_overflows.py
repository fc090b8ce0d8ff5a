"""swish is written as x / (1 + exp(-x)): far below 0 the gradient is NaN.

fails: activations
hint: You have a sigmoid that does not overflow. Use it.
"""


def swish(x):
    return x / (1 + tf.exp(-x))
