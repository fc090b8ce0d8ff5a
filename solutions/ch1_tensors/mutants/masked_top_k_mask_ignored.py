"""The mask is not looked at.

fails: masked_top_k
hint: The best of a row may be one that does not count.
"""


def masked_top_k(scores, mask, k):
    return tf.math.top_k(scores, k)
