"""A group with a single row is taken for empty and gets the default.

fails: group_mean
hint: One row is enough for a mean. Only a group whose count is 0 is empty.
"""


def group_mean(values, groups, num_groups, default=0.0):
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = tf.math.divide_no_nan(sums, tf.cast(counts, values.dtype))
    return tf.where(counts > 1, means, tf.constant(default, values.dtype))
