"""A new `tf.function` is made in each epoch, so the step is traced again and again.

fails: train
hint: Tracing is the expensive part, and a graph pays off when it is used again. You have a `train_step` that
  was decorated once.
"""


def train(model, data, n_epochs, his_freq=10):
    x_tr, y_tr, x_te, y_te = (tf.convert_to_tensor(part) for part in data)
    model(x_tr[:1])
    history = []
    for iteration in range(1, n_epochs + 1):

        @tf.function
        def step():
            return train_step.python_function(model, x_tr, y_tr)

        training_loss = step()
        if iteration % his_freq == 0:
            history.append((iteration, float(training_loss), float(test_step(model, x_te, y_te))))
    return model, pd.DataFrame(history, columns=["iteration", "training_loss", "testing_loss"])
