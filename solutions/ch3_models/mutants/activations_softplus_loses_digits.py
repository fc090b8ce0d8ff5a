"""softplus takes log(1 + e) of a tiny e: far below 0 the answer is 0.

fails: activations
hint: 1 + 0.000000002 is 1 in float32. There is a function that computes log(1 + e) without adding them.
"""


def softplus(x):
    e = tf.exp(tf.where(x > 0, -x, x))
    return tf.where(x > 0, x, tf.zeros_like(x)) + tf.math.log(1 + e)
