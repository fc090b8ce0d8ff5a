"""The function goes on with a variable of its own; the one that was handed over never moves.

fails: fit_linear
hint: `weights = ...` gives the name another object. The caller's variable changes only by `assign` and its kin.
"""


def fit_linear(x, y, weights, lr, steps):
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ weights - y))
        losses.append(loss)
        weights = tf.Variable(weights - lr * tape.gradient(loss, weights))
    return tf.stack(losses)
