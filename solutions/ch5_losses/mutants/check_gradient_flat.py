"""The gradient comes back as one long row.

fails: check_gradient
hint: What shape has the gradient of a function of a matrix?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2.0 * h))
    return tf.stack(slopes)
