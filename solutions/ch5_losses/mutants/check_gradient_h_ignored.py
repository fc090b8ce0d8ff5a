"""The step is always 1e-5.

fails: check_gradient
hint: The caller passes h. Where does it enter?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    h = 1e-5
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2.0 * h))
    return tf.reshape(tf.stack(slopes), x.shape)
