"""The epochs are counted from 0, so rows come after epochs 1, 1 + his_freq, ... and carry numbers too small.

fails: train
hint: The first epoch has number 1, and the first row comes after `his_freq` epochs. Where does your count start?
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
    for epoch in range(n_epochs):
        training = [float(train_step(x, y)) for x, y in train_dataset]
        if epoch % his_freq == 0:
            testing = [float(test_step(x, y)) for x, y in test_dataset]
            history.append((epoch, mean(training), mean(testing)))
    return model, pd.DataFrame(history, columns=["epoch", "training_loss", "testing_loss"])
