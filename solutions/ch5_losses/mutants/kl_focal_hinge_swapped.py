"""The divergence is weighed with q and not with p: that of p from q instead of that of q from p.

fails: kl_focal_hinge
hint: The divergence is no distance: swapping p and q gives another number. Which of the two stands in front of
  the logarithm?
"""


def kl_divergence(p, q):
    return tf.reduce_sum(tf.math.xlogy(q, q) - tf.math.xlogy(q, p), axis=-1)
