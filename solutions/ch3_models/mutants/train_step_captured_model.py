"""The graph finds the model in a global variable and keeps the one it was traced with: every other model is never trained.

fails: train_step
hint: TensorFlow looks at the arguments alone to decide whether it needs another graph. Is your model one of
  the arguments of what is decorated?
"""


_current = {}


@tf.function
def _step(x, y):
    model = _current["model"]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    for g, v in zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables):
        v.assign_sub(0.01 * g)
    return loss


def train_step(model, x, y):
    _current["model"] = model
    return _step(x, y)
