"""A mean with weights divides by their sum: it is a weighted mean.

fails: reduce_loss
hint: Losses [1, 4, 9, 16] with weights [1, 0, 0, 1]: the mean is 17 / 4. Which of the two reductions divides by
  2?
"""


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    if reduction not in ("none", "sum", "mean", "weighted_mean"):
        raise ValueError(f"unknown reduction {reduction!r}")
    there = tf.ones_like(values)
    if mask is not None:
        there = tf.cast(mask, values.dtype)
        values = tf.where(mask, values, tf.zeros_like(values))
    weights = there
    if sample_weight is not None:
        weights = there * tf.reshape(sample_weight, [-1] + [1] * (values.shape.rank - 1))
    weighted = values * weights
    if reduction == "none":
        return weighted
    total = tf.reduce_sum(weighted)
    if reduction == "sum":
        return total
    return tf.math.divide_no_nan(total, tf.reduce_sum(weights))
