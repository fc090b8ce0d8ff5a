"""Empty groups are 0, whatever default is asked for.

fails: group_mean
hint: `divide_no_nan` gives 0. `default` is an argument: where does it come in?
"""


def group_mean(values, groups, num_groups, default=0.0):
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    return tf.math.divide_no_nan(sums, tf.cast(counts, values.dtype))
