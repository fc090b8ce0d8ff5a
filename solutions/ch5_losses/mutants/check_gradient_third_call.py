"""The function is called a third time for each element, at x itself.

fails: check_gradient
hint: What is f(x) used for? Every call costs as much as the two that are needed.
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        here = f(x)
        right, left = (f(x + step) - here) / h, (here - f(x - step)) / h
        slopes.append(0.5 * (right + left))
    return tf.reshape(tf.stack(slopes), x.shape)
