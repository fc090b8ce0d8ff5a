"""It goes through `model.variables`, in which there are weights that are not trainable and have no gradient.

fails: train_step
hint: For a frozen weight the tape gives None, and 0.01 times None is an error. Keras has a list of the
  variables that may move.
"""


@tf.function
def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        v.assign_sub(0.01 * g)
    return loss
