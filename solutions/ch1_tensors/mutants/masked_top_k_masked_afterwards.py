"""The k best of all are chosen first, and those that do not count are then struck out.

fails: masked_top_k
hint: When a masked score is among the first k, a real one further down loses its place. Mask before you choose.
"""


def masked_top_k(scores, mask, k):
    filled = scores
    values, indices = tf.math.top_k(filled, k)
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
