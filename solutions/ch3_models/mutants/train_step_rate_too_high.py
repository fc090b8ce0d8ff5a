"""The learning rate is 0.1, not 0.01.

fails: train_step
hint: Count the zeros of your learning rate.
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.1 * g)
    return loss
