"""The hidden layers have no activation at all, so the whole network is one linear layer.

fails: mlp
hint: Task `collapse` would make one layer of your network. What has to stand between linear layers?
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(n) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)
