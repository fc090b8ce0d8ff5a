"""Masked scores become -1, which lies above scores such as -5.

fails: masked_top_k
hint: Is -1 really lower than every score that may come?
"""


def masked_top_k(scores, mask, k):
    filled = tf.where(mask, scores, -1.0)
    values, indices = tf.math.top_k(filled, k)
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
