"""The divergence is summed over axis 1, which is the last one only where there are two.

fails: kl_focal_hinge
hint: Give it a tensor with three axes. Counting from the end, which axis holds the classes?
"""


def kl_divergence(p, q):
    return tf.reduce_sum(tf.math.xlogy(p, p) - tf.math.xlogy(p, q), axis=1)
