"""The rates are not written down: the rows do not say whose they are.

fails: lr_experiments
hint: Put together, the histories all look the same. What must be added to each before?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history)
    return pd.concat(histories, ignore_index=True)
