"""A new `tf.function` is made for every step.

fails: fit
hint: Each one starts with an empty cache and traces. Make the function once, before the loop.
"""


def fit(loss_fn, x, y, weights, schedule):
    losses = []
    for lr in tf.constant(schedule, weights.dtype):

        @tf.function
        def step(lr):
            with tf.GradientTape() as tape:
                loss = loss_fn(x, y, weights)
            weights.assign_sub(lr * tape.gradient(loss, weights))
            return loss

        losses.append(step(lr))
    return tf.stack(losses)
