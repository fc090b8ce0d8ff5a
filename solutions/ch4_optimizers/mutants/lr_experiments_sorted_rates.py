"""The rates are sorted first, so the rows do not come in the order that was asked for.

fails: lr_experiments
hint: The first rate's rows come first, whatever its size.
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in sorted(learning_rates):
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
