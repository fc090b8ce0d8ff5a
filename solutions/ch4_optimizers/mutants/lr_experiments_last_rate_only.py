"""Only the last rate's history is returned.

fails: lr_experiments
hint: Every turn of the loop puts its result in place of the one before. Where do the others go?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return histories[-1]
