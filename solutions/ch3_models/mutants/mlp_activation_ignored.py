"""The hidden layers are always ReLU, whatever `hidden_activation` says.

fails: mlp
hint: Where do you use the argument `hidden_activation`?
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(n, activation="relu") for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)
