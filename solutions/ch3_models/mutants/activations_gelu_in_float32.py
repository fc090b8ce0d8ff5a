"""gelu turns its input into float32: float64 goes in, float32 comes out.

fails: activations
hint: The result has the dtype of x. Which line changes it?
"""


def gelu(x):
    x = tf.cast(x, tf.float32)
    return x * (1 + tf.math.erf(x / 2**0.5)) / 2
