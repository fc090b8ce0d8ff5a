"""Epochs are counted from 0, so the history has rows 0, 10, 20 ...

fails: train
hint: The first row comes after `his_freq` epochs. What is the number of your first epoch?
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(n_epochs):
        training_loss = train_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
