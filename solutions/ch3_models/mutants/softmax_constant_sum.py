"""The sum is kept out of the gradient, as if it did not depend on x.

fails: softmax
hint: Only the shift may be a constant to the tape. The sum depends on every x of its row.
"""


def softmax(x, axis=-1):
    e = tf.exp(x - tf.reduce_max(x, axis=axis, keepdims=True))
    return e / tf.stop_gradient(tf.reduce_sum(e, axis=axis, keepdims=True))
