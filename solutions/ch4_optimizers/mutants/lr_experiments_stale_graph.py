"""One `tf.function` serves all rates, but its graph holds the first model and the first optimizer.

fails: lr_experiments
hint: A traced function keeps what it saw while it was traced; a name bound anew outside does not reach it. `train`
  makes a new function for each model.
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    @tf.function
    def train_step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - model(x)))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    rows, trained = [], []
    for lr in learning_rates:
        model, optimizer = make_model(), make_optimizer(lr)
        trained.append((model, optimizer))
        for x, _ in train_dataset:
            model(x)
            break
        for epoch in range(1, n_epochs + 1):
            training = [float(train_step(x, y)) for x, y in train_dataset]
            if epoch % his_freq == 0:
                testing = [float(tf.reduce_mean(tf.square(y - model(x)))) for x, y in test_dataset]
                rows.append((epoch, sum(training) / len(training), sum(testing) / len(testing), lr))
    return pd.DataFrame(rows, columns=["epoch", "training_loss", "testing_loss", "lr"])
