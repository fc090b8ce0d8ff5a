"""The group numbers are sorted, and the rows are left where they are.

fails: group_mean
hint: Row i belongs to `groups[i]`: who sorts the one has to reorder the other alike. There are operations that need
  no order.
"""


def group_mean(values, groups, num_groups, default=0.0):
    groups = tf.sort(groups)
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = sums / tf.cast(tf.maximum(counts, 1), values.dtype)
    return tf.where(counts > 0, means, tf.constant(default, values.dtype))
