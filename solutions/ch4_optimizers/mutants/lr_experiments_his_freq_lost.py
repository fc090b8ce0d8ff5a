"""`his_freq` is not passed on, so `train` uses its default of 10.

fails: lr_experiments
hint: Which of your arguments does `train` never get to see?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
