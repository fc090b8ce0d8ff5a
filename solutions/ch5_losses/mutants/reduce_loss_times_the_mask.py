"""Masked elements are multiplied with 0, which leaves NaN and infinity what they are.

fails: reduce_loss
hint: NaN * 0 is NaN. Choose, do not multiply.
"""


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
    if reduction not in ("none", "sum", "mean", "weighted_mean"):
        raise ValueError(f"unknown reduction {reduction!r}")
    there = tf.ones_like(values)
    if mask is not None:
        there = tf.cast(mask, values.dtype)
        values = values * there
    weights = there
    if sample_weight is not None:
        weights = there * tf.reshape(sample_weight, [-1] + [1] * (values.shape.rank - 1))
    weighted = values * weights
    if reduction == "none":
        return weighted
    total = tf.reduce_sum(weighted)
    if reduction == "sum":
        return total
    return tf.math.divide_no_nan(total, tf.reduce_sum(there if reduction == "mean" else weights))
