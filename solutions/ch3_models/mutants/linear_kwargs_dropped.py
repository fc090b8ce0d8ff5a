"""The arguments of the base class are swallowed: a layer with `dtype="float64"` computes in float32.

fails: linear
hint: What happens to `**kwargs` in your `__init__`? The base class does not see them unless you hand them on.
"""


class Linear:
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__()
        self.units = units
        self.use_bias = use_bias
        self.activation = tf.keras.activations.get(activation)
