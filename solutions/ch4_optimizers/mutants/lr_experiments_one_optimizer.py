"""One optimizer, with the first rate, serves all models.

fails: lr_experiments
hint: An optimizer has one learning rate and the state of one model. How often is `make_optimizer` called?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    optimizer = make_optimizer(learning_rates[0])
    for lr in learning_rates:
        _, history = train(make_model(), optimizer, train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history.assign(lr=lr))
    return pd.concat(histories, ignore_index=True)
