"""The logits are turned into float32: float64 goes in, float32 comes out.

fails: softmax
hint: The result has the dtype of x. Which line changes it?
"""


def softmax(x, axis=-1):
    x = tf.cast(x, tf.float32)
    e = tf.exp(x - tf.reduce_max(x, axis=axis, keepdims=True))
    return e / tf.reduce_sum(e, axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    x = tf.cast(x, tf.float32)
    x = x - tf.reduce_max(x, axis=axis, keepdims=True)
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis=axis, keepdims=True))
