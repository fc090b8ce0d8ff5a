"""`use_bias=False` is ignored: there is a bias in any case.

fails: linear
hint: How many variables should a layer without a bias have?
"""


class Linear:
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        if True:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        x = tf.matmul(x, self.kernel)
        if True:
            x += self.bias
        return self.activation(x)
