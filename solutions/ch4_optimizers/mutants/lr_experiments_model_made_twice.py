"""A first model is made before the loop, and thrown away.

fails: lr_experiments
hint: How often is `make_model` called for three rates?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    make_model()
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
