"""Each loss is taken after its step.

fails: fit
hint: The loss on the tape is the one before the step: return this one, and do not compute it again.
"""


def fit(loss_fn, x, y, weights, schedule):
    @tf.function
    def step(lr):
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        weights.assign_sub(lr * tape.gradient(loss, weights))
        return loss

    @tf.function
    def measure():
        return loss_fn(x, y, weights)

    losses = []
    for lr in tf.constant(schedule, weights.dtype):
        step(lr)
        losses.append(measure())
    return tf.stack(losses)
