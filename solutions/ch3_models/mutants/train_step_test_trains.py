"""`test_step` updates the weights too, so the model learns from the test data.

fails: train_step
hint: Looking must not change anything. Which lines of `train_step` does `test_step` need, and which not?
"""


@tf.function
def test_step(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    for g, v in zip(tape.gradient(loss, variables), variables):
        if g is not None:
            v.assign_sub(0.01 * g)
    return loss
