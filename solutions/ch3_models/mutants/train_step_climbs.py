"""It adds the gradient where it should take it away, and climbs.

fails: train_step
hint: The gradient points to where the loss grows. Which way do you want to go?
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_add(0.01 * g)
    return loss
