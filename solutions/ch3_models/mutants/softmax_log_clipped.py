"""log_softmax adds a small number before it takes the logarithm: whatever is smaller is lost.

fails: softmax
hint: The small number keeps infinity away, and the right answer too. Write the logarithm of the quotient as a
  difference.
"""


def log_softmax(x, axis=-1):
    return tf.math.log(softmax(x, axis) + tf.constant(1e-7, x.dtype))
