"""The bias is made in `__init__`, so the layer is half built before it has seen any data.

fails: linear
hint: A lazy layer has no variables before its first data. All its weights are made in the same place: where?
"""


class Linear:
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activation = tf.keras.activations.get(activation)
        if use_bias:
            self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias")

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
