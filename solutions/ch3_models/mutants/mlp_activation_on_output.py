"""The last layer has the hidden layers' activation: the network can predict nothing below 0.

fails: mlp
hint: What is the smallest number that your network can predict? Prices may be positive; targets in general
  are not.
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets, activation=hidden_activation)
