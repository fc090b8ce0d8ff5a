"""An ascending order is turned round, and equal scores with it.

fails: masked_top_k
hint: Turning an ascending order round puts the last of equal scores first. Sort downwards, or use `tf.math.top_k`.
"""


def masked_top_k(scores, mask, k):
    filled = tf.where(mask, scores, -float("inf"))
    indices = tf.argsort(filled, axis=-1, stable=True)[:, ::-1][:, :k]
    values = tf.gather(filled, indices, batch_dims=1)
    real = tf.gather(mask, indices, batch_dims=1)
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
