"""`his_freq` is ignored: every epoch gets a row.

fails: train
hint: With 20 epochs and his_freq=10 there are two rows.
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(1, n_epochs + 1):
        training_loss = train_step(model, x_tr, y_tr)
        if iteration:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
