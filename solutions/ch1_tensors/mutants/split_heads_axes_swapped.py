"""The heads come out as [b, h, d, t]: places and features have changed places.

fails: split_heads
hint: In `perm`, entry i names the old axis that becomes the new axis i. Old axes: 0 b, 1 t, 2 h, 3 d.
"""


def split_heads(x, h):
    b, t = tf.shape(x)[0], tf.shape(x)[1]
    return tf.transpose(tf.reshape(x, [b, t, h, x.shape[-1] // h]), [0, 2, 3, 1])
