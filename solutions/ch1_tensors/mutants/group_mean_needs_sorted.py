"""`segment_sum` is used, which takes only groups in ascending order.

fails: group_mean
hint: Look for the operation with `unsorted` in its name; it also lets you say how many groups there are.
"""


def group_mean(values, groups, num_groups, default=0.0):
    missing = num_groups - 1 - tf.reduce_max(groups)
    sums = tf.pad(tf.math.segment_sum(values, groups), [[0, missing], [0, 0]])
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = sums / tf.cast(tf.maximum(counts, 1), values.dtype)
    return tf.where(counts > 0, means, tf.constant(default, values.dtype))
