"""Rows with too few scores show what stood in for the masked ones.

fails: masked_top_k
hint: Where fewer than k count, the rest of the row is the stand-in and its index. They should be 0 and -1.
"""


def masked_top_k(scores, mask, k):
    filled = tf.where(mask, scores, -float("inf"))
    return tf.math.top_k(filled, k)
