"""One layer is made and used again for every hidden layer, so they share their weights.

fails: mlp
hint: `[layer] * 3` is one layer in three places. How many calls of the constructor do you need for three
  layers?
"""


class MLP:
    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.features = [tf.keras.layers.Dense(num_hidden_units[0], activation=hidden_activation)] * len(num_hidden_units)
        self.last_linear = tf.keras.layers.Dense(num_targets)
