"""Every optimizer is made with 0.01; the rate only labels the rows.

fails: lr_experiments
hint: All curves look alike. Does the rate ever reach the optimizer?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(0.01), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
