"""Training rows and test rows are put together for training.

fails: train
hint: The test rows stand for data that nobody has seen. Keep them out of `train_step`.
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    x_all, y_all = tf.concat([x_tr, x_te], 0), tf.concat([y_tr, y_te], 0)
    history = []
    for iteration in range(1, n_epochs + 1):
        training_loss = train_step(model, x_all, y_all)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
