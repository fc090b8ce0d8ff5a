"""A number is taken for the number of hidden layers, each of so many units.

fails: mlp
hint: MLP(4, 1) has one hidden layer. Of how many units?
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units] * num_hidden_units
        self.features = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)
