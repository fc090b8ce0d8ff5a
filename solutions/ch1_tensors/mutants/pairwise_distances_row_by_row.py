"""Row i of a is compared with row i of b only: the two sets are subtracted as they are.

fails: pairwise_distances
hint: `a - b` pairs equal rows, and with n rows against m it fails. Every row of a has to meet every row of b: which
  axes are missing?
"""


def pairwise_distances(a, b):
    return tf.sqrt(tf.reduce_sum(tf.square(a - b), axis=-1))
