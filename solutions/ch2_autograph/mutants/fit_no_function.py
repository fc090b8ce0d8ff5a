"""There is no `tf.function`: Python runs the loss in every step.

fails: fit
hint: The numbers are right, but Python computes every step. Put the step into a `tf.function`.
"""


def fit(loss_fn, x, y, weights, schedule):
    def step(lr):
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        weights.assign_sub(lr * tape.gradient(loss, weights))
        return loss

    return tf.stack([step(lr) for lr in tf.constant(schedule, weights.dtype)])
