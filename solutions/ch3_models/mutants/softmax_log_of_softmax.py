"""log_softmax is the logarithm of the softmax: where that is too small for a float, it is minus infinity.

fails: softmax
hint: Write the logarithm of the quotient as a difference, on paper, before you compute anything.
"""


def log_softmax(x, axis=-1):
    return tf.math.log(softmax(x, axis))
