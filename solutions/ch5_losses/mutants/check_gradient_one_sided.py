"""The difference is one-sided: from f(x) to f(x + h).

fails: check_gradient
hint: The error of a one-sided difference is of the order of h, that of a central one of the order of h squared.
  Where must the second point be?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x)) / h)
    return tf.reshape(tf.stack(slopes), x.shape)
