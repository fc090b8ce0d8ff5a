"""The test rows go through `train_step`, so the model learns from them.

fails: train
hint: What a model has been trained on says nothing about new data. You have a function that looks and does
  not touch.
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(1, n_epochs + 1):
        training_loss = train_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(train_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
