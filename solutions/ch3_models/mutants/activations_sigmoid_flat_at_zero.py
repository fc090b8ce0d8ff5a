"""sigmoid goes through abs(x), whose gradient at 0 is 0: so is the sigmoid's then, where 1/4 is right.

fails: activations
hint: TensorFlow gives abs the slope 0 at 0. A `tf.where` of -x and x has the same values, and a slope.
"""


def sigmoid(x):
    e = tf.exp(-tf.abs(x))
    return tf.where(x >= 0, 1 / (1 + e), e / (1 + e))
