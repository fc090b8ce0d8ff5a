"""The losses are taken after each step and not before it.

fails: max_likelihood
hint: The first loss is that of the line w = b = 0.
"""


def fit_line(x, y, loss, lr, steps):
    w, b = (tf.Variable(tf.zeros([], x.dtype)) for _ in range(2))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(y, w * x + b))
        for g, v in zip(tape.gradient(mean, [w, b]), [w, b], strict=True):
            v.assign_sub(lr * g)
        losses.append(tf.reduce_mean(loss(y, w * x + b)))
    return tf.convert_to_tensor(w), tf.convert_to_tensor(b), tf.stack(losses)
