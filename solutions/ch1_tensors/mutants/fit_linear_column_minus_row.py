"""A vector of targets is subtracted from a column of predictions: they broadcast to [n, n].

fails: fit_linear
hint: [n, 1] and [n] broadcast to [n, n], without a word. Print the shape of the difference.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y[:, 0]))
        losses.append(loss)
        weights.assign_sub(lr * tape.gradient(loss, weights))
    return tf.stack(losses)
