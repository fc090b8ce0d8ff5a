"""tanh is the quotient of two sums of exponentials: far from 0 it is infinity by infinity.

fails: activations
hint: Divide both sums by exp(x). What is left, and can it overflow? Far out tanh is 1 to the last digit
  anyway.
"""


def tanh(x):
    return (tf.exp(x) - tf.exp(-x)) / (tf.exp(x) + tf.exp(-x))
