"""A mean divides by the number of samples, not by that of elements.

fails: reduce_loss
hint: Losses [n, m] have n times m elements. By how many does your mean divide?
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
    if reduction == "mean" and mask is None:
        return total / tf.cast(tf.shape(values)[0], values.dtype)
    return tf.math.divide_no_nan(total, tf.reduce_sum(there if reduction == "mean" else weights))
