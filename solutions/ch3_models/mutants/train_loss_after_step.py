"""The training loss is measured after the step.

fails: train
hint: `train_step` has returned the loss already. There is no need to compute it again, with other weights.
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(1, n_epochs + 1):
        train_step(model, x_tr, y_tr)
        training_loss = test_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
