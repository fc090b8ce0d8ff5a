"""The step is half as long: the gradient has been written down without the 2 of the square.

fails: fit_linear
hint: The derivative of e**2 is 2e. Let the tape do it.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        losses.append(loss)
        weights.assign_sub(lr * tf.matmul(x, x @ weights - y, transpose_a=True) / tf.cast(tf.shape(x)[0], tf.float32))
    return tf.stack(losses)
