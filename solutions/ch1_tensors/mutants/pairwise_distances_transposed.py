"""There is a row for each row of b, where there should be one for each row of a.

fails: pairwise_distances
hint: Which of the two gets the new axis in front, and which the one behind? The answer is [n, m].
"""


def pairwise_distances(a, b):
    difference = a[tf.newaxis, :, :] - b[:, tf.newaxis, :]
    return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=-1))
