"""A Python loop goes through the rows.

fails: group_mean
hint: One operation adds up all rows: `unsorted_segment_sum`. A loop in Python pays for every row what that pays for
  all.
"""


def group_mean(values, groups, num_groups, default=0.0):
    numbers = groups.numpy()
    rows = [[] for _ in range(num_groups)]
    for i in range(len(numbers)):
        rows[numbers[i]].append(values[i])
    empty = tf.fill([values.shape[1]], tf.constant(default, values.dtype))
    return tf.stack([tf.reduce_mean(tf.stack(each), axis=0) if each else empty for each in rows])
