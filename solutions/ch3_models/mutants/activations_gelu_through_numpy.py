"""gelu computes erf outside TensorFlow: the tape does not see it, and a part of the gradient is missing.

fails: activations
hint: What NumPy computes is a constant to the tape. TensorFlow has an erf of its own.
"""


import math


def gelu(x):
    half = np.vectorize(math.erf)(x.numpy() / 2**0.5)
    return x * (1 + tf.constant(half, x.dtype)) / 2
