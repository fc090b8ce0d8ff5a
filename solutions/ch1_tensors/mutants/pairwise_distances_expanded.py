"""Distances are computed as a^2 + b^2 - 2ab, which loses all digits far from the origin.

fails: pairwise_distances
hint: At 1000 the squares are near 1000000 and float32 has seven digits: what is left of a distance of 0.3 after the
  subtraction? Subtract first, square later.
"""


def pairwise_distances(a, b):
    squares_a = tf.reduce_sum(tf.square(a), axis=1)[:, tf.newaxis]
    squares_b = tf.reduce_sum(tf.square(b), axis=1)[tf.newaxis, :]
    return tf.sqrt(squares_a + squares_b - 2 * tf.matmul(a, b, transpose_b=True))
