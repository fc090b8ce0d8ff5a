"""The loop over the schedule is a Python loop inside the `tf.function`, and so is unrolled.

fails: fit
hint: Python runs through all of the schedule while tracing, so every step is in the graph. Loop over a tensor, or call a traced step.
"""


def fit(loss_fn, x, y, weights, schedule):
    @tf.function
    def run():
        losses = []
        for lr in schedule:
            with tf.GradientTape() as tape:
                loss = loss_fn(x, y, weights)
            weights.assign_sub(lr * tape.gradient(loss, weights))
            losses.append(loss)
        return tf.stack(losses)

    return run()
