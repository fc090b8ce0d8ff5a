"""Everything is cast to float32 first.

fails: pairwise_distances
hint: The points may be float64: keep the dtype that comes in.
"""


def pairwise_distances(a, b):
    difference = tf.cast(a, tf.float32)[:, tf.newaxis, :] - tf.cast(b, tf.float32)[tf.newaxis, :, :]
    return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=-1))
