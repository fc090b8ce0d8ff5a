"""The test loss is measured before the epoch's step, not after it.

fails: train
hint: Which model does your test loss belong to: the one before the step or the one after?
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(1, n_epochs + 1):
        testing_loss = test_step(model, x_te, y_te)
        training_loss = train_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(testing_loss)))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
