"""The sizes are read from `shape`, which is None where a graph does not know them yet.

fails: pairwise_distances
hint: `a.shape[0]` is what is known when the graph is made; `tf.shape(a)[0]` is told when it runs. Broadcasting needs
  neither.
"""


def pairwise_distances(a, b):
    left = tf.tile(a[:, tf.newaxis, :], [1, b.shape[0], 1])
    right = tf.tile(b[tf.newaxis, :, :], [a.shape[0], 1, 1])
    return tf.sqrt(tf.reduce_sum(tf.square(left - right), axis=-1))
