"""The smallest of the chosen comes first.

fails: masked_top_k
hint: Largest first. `tf.sort` and `tf.argsort` go upwards unless they are told otherwise.
"""


def masked_top_k(scores, mask, k):
    values, indices = tf.math.top_k(tf.where(mask, scores, -float("inf")), k)
    values, indices = values[:, ::-1], indices[:, ::-1]
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
