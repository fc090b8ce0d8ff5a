"""sigmoid is made from tanh, as (1 + tanh(x / 2)) / 2: far below 0 all its digits are gone.

fails: activations
hint: 1 + (-0.99999999) has few right digits left. Which form of the sigmoid needs no difference of numbers
  that are nearly equal?
"""


def sigmoid(x):
    return (1 + tanh(x / 2)) / 2
