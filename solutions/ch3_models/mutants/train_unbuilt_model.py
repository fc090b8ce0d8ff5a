"""The model is not called before the first step: a new model makes its variables while the step is traced, which TensorFlow allows once.

fails: train
hint: "tf.function only supports singleton tf.Variables created on the first call" says that variables are
  made too late. What makes a Keras model make its variables?
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    pass
    history = []
    for iteration in range(1, n_epochs + 1):
        training_loss = train_step(model, x_tr, y_tr)
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
