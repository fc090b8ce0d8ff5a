"""The features are reshaped straight to [b, h, t, d], which mixes places and heads.

fails: split_heads
hint: A reshape does not move a number in memory. The features of one place stand side by side: cut them first, move
  axes then.
"""


def split_heads(x, h):
    b, t = tf.shape(x)[0], tf.shape(x)[1]
    return tf.reshape(x, [b, h, t, x.shape[-1] // h])
