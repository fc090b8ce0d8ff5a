"""One model is made for all rates: each rate goes on where the last one stopped.

fails: lr_experiments
hint: For a fair comparison every rate starts afresh. How often is `make_model` called?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    model = make_model()
    for lr in learning_rates:
        _, history = train(model, make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
