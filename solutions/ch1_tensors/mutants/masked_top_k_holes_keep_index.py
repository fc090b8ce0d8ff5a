"""Holes have the value 0, but still an index.

fails: masked_top_k
hint: A hole has no index either: -1 stands for that.
"""


def masked_top_k(scores, mask, k):
    filled = tf.where(mask, scores, -float("inf"))
    values, indices = tf.math.top_k(filled, k)
    return tf.where(tf.math.is_inf(values), 0.0, values), indices
