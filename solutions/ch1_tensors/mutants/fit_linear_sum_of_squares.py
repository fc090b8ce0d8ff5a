"""The loss is the sum of the squares, not their mean.

fails: fit_linear
hint: A sum grows with the number of rows, and the step with it.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(x @ weights - y))
        losses.append(loss)
        weights.assign_sub(lr * tape.gradient(loss, weights))
    return tf.stack(losses)
