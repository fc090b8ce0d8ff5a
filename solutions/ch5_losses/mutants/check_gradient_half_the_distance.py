"""The difference between x + h and x - h is divided by h.

fails: check_gradient
hint: How far are the two points apart?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x - step)) / h)
    return tf.reshape(tf.stack(slopes), x.shape)
