"""The distances are squared: the root is missing.

fails: pairwise_distances
hint: Points (0, 0) and (3, 4) are 5 apart, not 25.
"""


def pairwise_distances(a, b):
    difference = a[:, tf.newaxis, :] - b[tf.newaxis, :, :]
    return tf.reduce_sum(tf.square(difference), axis=-1)
