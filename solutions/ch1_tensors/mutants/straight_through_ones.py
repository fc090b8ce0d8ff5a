"""The gradient is always 1, whatever comes in from above.

fails: straight_through
hint: The chain rule: what goes out is the gradient that comes in, times 1.
"""


def round_ste(x):
    @tf.custom_gradient
    def rounded(x):
        return tf.round(x), lambda upstream: tf.ones_like(upstream)

    return rounded(x)
