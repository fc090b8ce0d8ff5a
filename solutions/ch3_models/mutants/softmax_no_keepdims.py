"""The sum loses its axis, and no longer fits the rows that it is to divide.

fails: softmax
hint: [n, m] by [n] does not broadcast, or does so along the wrong axis. Which argument keeps a sum's axis?
"""


def softmax(x, axis=-1):
    e = tf.exp(x - tf.reduce_max(x, axis=axis, keepdims=True))
    return e / tf.reduce_sum(e, axis=axis)
