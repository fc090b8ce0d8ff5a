"""Batch and length are read from `shape`, which is None where a graph does not know them yet.

fails: split_heads
hint: `x.shape[0]` is what is known when the graph is made; `tf.shape(x)[0]` is a tensor that is told when it runs.
"""


def split_heads(x, h):
    b, t = x.shape[0], x.shape[1]
    return tf.transpose(tf.reshape(x, [b, t, h, x.shape[-1] // h]), [0, 2, 1, 3])
