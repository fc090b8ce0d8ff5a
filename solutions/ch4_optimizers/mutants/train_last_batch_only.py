"""The training loss is that of the epoch's last batch, not the mean of all.

fails: train
hint: One batch tells little about an epoch. Which losses does your mean go over?
"""


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    for x, _ in train_dataset:
        model(x)
        break

    @tf.function
    def test_step(x, y):
        return tf.reduce_mean(tf.square(y - model(x)))

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def mean(losses):
        return float(sum(losses) / len(losses))

    history = []
    for epoch in range(1, n_epochs + 1):
        for x, y in train_dataset:
            training = [float(train_step(x, y))]
        if epoch % his_freq == 0:
            testing = [float(test_step(x, y)) for x, y in test_dataset]
            history.append((epoch, mean(training), mean(testing)))
    return model, pd.DataFrame(history, columns=["epoch", "training_loss", "testing_loss"])
