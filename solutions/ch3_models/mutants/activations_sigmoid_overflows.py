"""sigmoid is written as 1 / (1 + exp(-x)): far below 0 the exponential is infinite and the gradient NaN.

fails: activations
hint: The value is right, the gradient is not: it is 0 times infinity at -1000. Keep the argument of exp at 0
  or below, whatever the sign of x.
"""


def sigmoid(x):
    return 1 / (1 + tf.exp(-x))
