"""The answer ends with the largest group that comes, and not with the last group there is.

fails: group_mean
hint: `num_groups` says how many rows the answer has, even where the last groups are empty.
"""


def group_mean(values, groups, num_groups, default=0.0):
    num_groups = int(tf.reduce_max(groups)) + 1
    sums = tf.math.unsorted_segment_sum(values, groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = sums / tf.cast(tf.maximum(counts, 1), values.dtype)
    return tf.where(counts > 0, means, tf.constant(default, values.dtype))
