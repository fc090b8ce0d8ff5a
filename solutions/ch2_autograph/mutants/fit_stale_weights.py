"""One step for all fits takes the weights from a global name, and its graph keeps the first ones.

fails: fit
hint: The graph holds the variable that it met while tracing. A second fit with the same loss finds this graph and moves the first weights. Make the step inside `fit`, or pass the weights to it.
"""


current = {}


@tf.function
def descend(loss_fn, x, y, lr):
    weights = current["weights"]
    with tf.GradientTape() as tape:
        loss = loss_fn(x, y, weights)
    weights.assign_sub(lr * tape.gradient(loss, weights))
    return loss


def fit(loss_fn, x, y, weights, schedule):
    current["weights"] = weights
    return tf.stack([descend(loss_fn, x, y, lr) for lr in tf.constant(schedule, weights.dtype)])
