"""Elements that were moved are not moved back, so that the later slopes are taken elsewhere.

fails: check_gradient
hint: After the first element has been moved up and down, where is x when the second one's turn comes?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2.0 * h))
        x = x + step
    return tf.reshape(tf.stack(slopes), x.shape)
