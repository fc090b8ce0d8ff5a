"""A reduction of another name is taken for a mean without a word.

fails: reduce_loss
hint: A misspelt argument should be heard of at once. What does your last line do with a word that is none of
  the four?
"""


def reduce_loss(values, sample_weight=None, mask=None, reduction="mean"):
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
    return tf.math.divide_no_nan(total, tf.reduce_sum(weights if reduction == "weighted_mean" else there))
