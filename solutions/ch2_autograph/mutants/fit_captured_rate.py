"""The rate is captured from around the step, so that the first one stays for ever.

fails: fit
hint: While tracing the rate has one value, and this becomes a constant of the graph. What changes must be an argument or a variable.
"""


def fit(loss_fn, x, y, weights, schedule):
    lr = None

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        weights.assign_sub(lr * tape.gradient(loss, weights))
        return loss

    losses = []
    for rate in schedule:
        lr = rate
        losses.append(step())
    return tf.stack(losses)
