"""A number of units, where a list is expected, is an error.

fails: mlp
hint: MLP(4, 1) is short for MLP([4], 1). Who turns the 4 into [4]?
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        num_hidden_units = list(num_hidden_units)
        self.features = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)
