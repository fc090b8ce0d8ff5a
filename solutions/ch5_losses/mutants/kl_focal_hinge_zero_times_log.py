"""The divergence multiplies p with log(p / q) even where p is 0, which gives 0 times minus infinity.

fails: kl_focal_hinge
hint: What is 0 * log(0) on a computer? There is an operation that gives the limit instead.
"""


def kl_divergence(p, q):
    return tf.reduce_sum(p * tf.math.log(p / q), axis=-1)
