"""All elements are moved together, so that each gets the sum of all slopes.

fails: check_gradient
hint: A partial derivative moves one element and holds the others. Which elements does x + h move?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = [(f(x + h) - f(x - h)) / (2.0 * h) for _ in range(size)]
    return tf.reshape(tf.stack(slopes), x.shape)
