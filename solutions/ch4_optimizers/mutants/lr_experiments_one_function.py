"""One `tf.function` outside `train` serves every model and optimizer; none but the first may make variables in it.

fails: lr_experiments
hint: A `tf.function` may make variables only when it is first called. An optimizer that makes its state in its first
  step needs a function of its own: make the step inside `train`.
"""


@tf.function
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - model(x)))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


@tf.function
def test_step(model, x, y):
    return tf.reduce_mean(tf.square(y - model(x)))


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    for x, _ in train_dataset:
        model(x)
        break

    def mean(losses):
        return float(sum(losses) / len(losses))

    history = []
    for epoch in range(1, n_epochs + 1):
        training = [float(train_step(model, optimizer, x, y)) for x, y in train_dataset]
        if epoch % his_freq == 0:
            testing = [float(test_step(model, x, y)) for x, y in test_dataset]
            history.append((epoch, mean(training), mean(testing)))
    return model, pd.DataFrame(history, columns=["epoch", "training_loss", "testing_loss"])
