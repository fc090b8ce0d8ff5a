"""The step goes along the gradient: the loss grows.

fails: max_likelihood
hint: The gradient points uphill.
"""


def fit_line(x, y, loss, lr, steps):
    w, b = (tf.Variable(tf.zeros([], x.dtype)) for _ in range(2))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(y, w * x + b))
        losses.append(mean)
        for g, v in zip(tape.gradient(mean, [w, b]), [w, b], strict=True):
            v.assign_add(lr * g)
    return tf.convert_to_tensor(w), tf.convert_to_tensor(b), tf.stack(losses)
