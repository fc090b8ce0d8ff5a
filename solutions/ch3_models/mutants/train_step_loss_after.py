"""The loss that comes back is computed after the update.

fails: train_step
hint: The loss that gave the gradients has been computed already. Why compute another?
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return tf.reduce_mean(tf.square(y - model(x)))
