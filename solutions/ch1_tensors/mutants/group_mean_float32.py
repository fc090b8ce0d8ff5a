"""The answer is float32, whatever the rows are.

fails: group_mean
hint: Counts are integers and have to be cast: to the dtype of the values, which need not be float32.
"""


def group_mean(values, groups, num_groups, default=0.0):
    sums = tf.math.unsorted_segment_sum(tf.cast(values, tf.float32), groups, num_groups)
    counts = tf.math.bincount(groups, minlength=num_groups, maxlength=num_groups)[:, tf.newaxis]
    means = sums / tf.cast(tf.maximum(counts, 1), tf.float32)
    return tf.where(counts > 0, means, default)
