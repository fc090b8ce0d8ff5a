"""The values of the function are rounded to float32 before they are subtracted.

fails: check_gradient
hint: In float32 two neighbouring values of the function are 1e-7 apart, and 1e-7 over 2e-5 is an error in the
  second digit. Which line names a dtype?
"""


def numerical_gradient(f, x, h=1e-5):
    size = math.prod(x.shape)
    slopes = []
    for i in range(size):
        step = tf.reshape(tf.one_hot(i, size, on_value=h, off_value=0.0, dtype=tf.float64), x.shape)
        up, down = tf.cast(f(x + step), tf.float32), tf.cast(f(x - step), tf.float32)
        slopes.append(tf.cast(up - down, tf.float64) / (2.0 * h))
    return tf.reshape(tf.stack(slopes), x.shape)
