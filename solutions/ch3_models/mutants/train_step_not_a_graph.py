"""The step is plain Python: nothing is traced, and Python runs the model at every turn.

fails: train_step
hint: It is right and slow. Did you take the decorator off, to look inside? Put it back.
"""


def train_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
