"""The column `lr` is added after the loop, so all rows carry the last rate.

fails: lr_experiments
hint: After the loop `lr` has its last value. When does each history learn its rate?
"""


def lr_experiments(learning_rates, make_model, make_optimizer, train_dataset, test_dataset, n_epochs, his_freq=10):
    histories = []
    for lr in learning_rates:
        _, history = train(make_model(), make_optimizer(lr), train_dataset, test_dataset, n_epochs, his_freq)
        histories.append(history)
    return pd.concat(histories, ignore_index=True).assign(lr=lr)
