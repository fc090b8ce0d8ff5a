"""Empty groups are divided by their count of zero.

fails: group_mean
hint: 0 / 0 is NaN, and `tf.where` afterwards has to know where. Divide by `tf.maximum(counts, 1)`.
"""


def group_mean(values, groups, num_groups, default=0.0):
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    return sums / tf.cast(counts, values.dtype)
