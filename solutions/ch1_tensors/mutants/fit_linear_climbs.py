"""The step goes along the gradient, and the loss grows.

fails: fit_linear
hint: The gradient points uphill.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        losses.append(loss)
        weights.assign_add(lr * tape.gradient(loss, weights))
    return tf.stack(losses)
