"""A group whose mean is 0 is taken for empty and gets the default.

fails: group_mean
hint: Whether a group is empty is told by its count, not by its mean.
"""


def group_mean(values, groups, num_groups, default=0.0):
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = tf.math.divide_no_nan(sums, tf.cast(counts, values.dtype))
    return tf.where(means != 0, means, tf.constant(default, values.dtype))
