"""The loss is given the predictions first and the targets second.

fails: max_likelihood
hint: Most losses you know are the same both ways, so that it does not show. In which order does `loss` take its two
  arguments?
"""


def fit_line(x, y, loss, lr, steps):
    w, b = (tf.Variable(tf.zeros([], x.dtype)) for _ in range(2))
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(w * x + b, y))
        losses.append(mean)
        for g, v in zip(tape.gradient(mean, [w, b]), [w, b], strict=True):
            v.assign_sub(lr * g)
    return tf.convert_to_tensor(w), tf.convert_to_tensor(b), tf.stack(losses)
