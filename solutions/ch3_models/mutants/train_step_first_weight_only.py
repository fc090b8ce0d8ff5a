"""Only the first of the weights moves.

fails: train_step
hint: A `return` or a `break` inside the loop ends it. Do all your weights get their turn?
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables[:1]
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
