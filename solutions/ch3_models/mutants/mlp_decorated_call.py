"""`call` is a `tf.function`: it is traced while the network is being built, and keeps the initial weights in its graph for ever.

fails: mlp
hint: Set all weights to zero: does the output change? Decorate the step that calls the network, not the
  network.
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)

    @tf.function
    def call(self, x):
        for layer in self.features:
            x = layer(x)
        return self.last_linear(x)
