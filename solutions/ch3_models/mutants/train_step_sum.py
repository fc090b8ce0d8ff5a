"""The loss is the sum of the squared errors, not their mean.

fails: train_step
hint: A batch twice as long would make the step twice as long. What does the M in MSE stand for?
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
