"""Masked scores are removed first, so that indices count only those that are left.

fails: masked_top_k
hint: `boolean_mask` makes rows shorter: the third that counts may be the sixth of the row. Keep every score at its
  place.
"""


def masked_top_k(scores, mask, k):
    kept = tf.ragged.boolean_mask(scores, mask).to_tensor(-float("inf"), shape=scores.shape)
    values, indices = tf.math.top_k(kept, k)
    real = values > -float("inf")
    return tf.where(real, values, tf.zeros_like(values)), tf.where(real, indices, -1)
