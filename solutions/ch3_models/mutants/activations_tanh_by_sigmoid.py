"""tanh is made from the sigmoid, as 2 * sigmoid(2x) - 1: next to 0 most digits are lost.

fails: activations
hint: 0.500001 * 2 - 1 has lost six digits. Which function computes exp(x) - 1 without the 1 in the way?
"""


def tanh(x):
    return 2 * sigmoid(2 * x) - 1
