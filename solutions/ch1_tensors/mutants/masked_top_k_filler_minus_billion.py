"""Masked scores become -1e9, as if no score were lower.

fails: masked_top_k
hint: -1e9 is low, but not lower than all float32 numbers. There is a number that is.
"""


def masked_top_k(scores, mask, k):
    filled = tf.where(mask, scores, -1e9)
    values, indices = tf.math.top_k(filled, k)
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
