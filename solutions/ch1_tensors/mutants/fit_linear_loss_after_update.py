"""The losses are those after each update.

fails: fit_linear
hint: The first loss should tell how good the weights were that you got.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        weights.assign_sub(lr * tape.gradient(loss, weights))
        losses.append(tf.reduce_mean(tf.square(x @ weights - y)))
    return tf.stack(losses)
