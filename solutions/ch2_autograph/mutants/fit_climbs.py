"""The step goes along the gradient, and the loss grows.

fails: fit
hint: The gradient points uphill: subtract it.
"""


def fit(loss_fn, x, y, weights, schedule):
    @tf.function
    def step(lr):
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        weights.assign_add(lr * tape.gradient(loss, weights))
        return loss

    return tf.stack([step(lr) for lr in tf.constant(schedule, weights.dtype)])
