"""The exponentials are taken as they are: for large logits they are infinite, and the quotient is NaN.

fails: softmax
hint: Adding a constant to a row changes nothing in its softmax. Which constant keeps exp from overflowing?
"""


def softmax(x, axis=-1):
    e = tf.exp(x)
    return e / tf.reduce_sum(e, axis=axis, keepdims=True)


def log_softmax(x, axis=-1):
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis=axis, keepdims=True))
