"""The list of variables is taken before the model has made any, so a new model is never trained.

fails: train
hint: A Keras model makes its variables when it sees its first data. How many has yours when you ask for them?
"""


def train(model, optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    variables = model.trainable_variables

    @tf.function
    def test_step(x, y):
        return tf.reduce_mean(tf.square(y - model(x)))

    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def mean(losses):
        return float(sum(losses) / len(losses))

    history = []
    for epoch in range(1, n_epochs + 1):
        training = [float(train_step(x, y)) for x, y in train_dataset]
        if epoch % his_freq == 0:
            testing = [float(test_step(x, y)) for x, y in test_dataset]
            history.append((epoch, mean(training), mean(testing)))
    return model, pd.DataFrame(history, columns=["epoch", "training_loss", "testing_loss"])
