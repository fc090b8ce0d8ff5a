"""Weights are used in the means only: a sum, and the losses themselves, come without them.

fails: reduce_loss
hint: All four reductions begin with the same products of weight and loss.
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
        return values * there
    total = tf.reduce_sum(weighted)
    if reduction == "sum":
        return tf.reduce_sum(values * there)
    return tf.math.divide_no_nan(total, tf.reduce_sum(there if reduction == "mean" else weights))
