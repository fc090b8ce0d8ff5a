"""A weighted mean divides by the sum of the weights as they are given, not as often as each is used.

fails: reduce_loss
hint: A weight that is used for three elements counts three times in what is divided by.
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
    if reduction == "weighted_mean" and sample_weight is not None and mask is None:
        return tf.math.divide_no_nan(total, tf.reduce_sum(sample_weight))
    return tf.math.divide_no_nan(total, tf.reduce_sum(there if reduction == "mean" else weights))
