"""The sum runs over the rows of a and not over the coordinates.

fails: pairwise_distances
hint: Of the axes [n, m, d], the one with the coordinates is the last. What is left after a sum over axis 0?
"""


def pairwise_distances(a, b):
    difference = a[:, tf.newaxis, :] - b[tf.newaxis, :, :]
    return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=0))
