"""Of all activations only ReLU is heeded; the others are passed over without a word.

fails: linear
hint: `tf.keras.activations.get` turns any name, and any callable, into a function that you can call.
"""


class Linear:
    def __init__(self, units, use_bias=True, activation="linear", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.use_bias = use_bias
        self.activation = activation

    def call(self, x):
        x = tf.matmul(x, self.kernel)
        if self.use_bias:
            x += self.bias
        return tf.maximum(x, tf.constant(0, x.dtype)) if self.activation == "relu" else x
