"""A Python loop goes through the rows of a.

fails: pairwise_distances
hint: Each round of the loop costs more than a thousand rows inside one operation. With `a[:, tf.newaxis]` all rows go
  at once.
"""


def pairwise_distances(a, b):
    if a.shape[0] is None or b.shape[0] is None:
        difference = a[:, tf.newaxis, :] - b[tf.newaxis, :, :]
        return tf.sqrt(tf.reduce_sum(tf.square(difference), axis=-1))
    return tf.stack([tf.sqrt(tf.reduce_sum(tf.square(a[i] - b), axis=-1)) for i in range(a.shape[0])])
