"""The squared errors are added up over the targets, and only then is there a mean over the rows.

fails: train_step
hint: The mean goes over all elements: with three targets there are three times as many as rows.
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.reduce_sum(tf.square(y - model(x)), axis=-1))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
