"""The predictions have the shape [n] beside targets [n, 1], so that every target is compared with every prediction.

fails: max_likelihood
hint: [n, 1] minus [n] is [n, n], without any warning. Print the shapes of y and of the prediction.
"""


def fit_line(x, y, loss, lr, steps):
    w, b = (tf.Variable(tf.zeros([], x.dtype)) for _ in range(2))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(y, w * x[:, 0] + b))
        losses.append(mean)
        for g, v in zip(tape.gradient(mean, [w, b]), [w, b], strict=True):
            v.assign_sub(lr * g)
    return tf.convert_to_tensor(w), tf.convert_to_tensor(b), tf.stack(losses)
