"""The kernel has shape [units, d], the wrong way round.

fails: linear
hint: For `x @ kernel` the kernel has as many rows as x has columns.
"""


class Linear:
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(self.units, input_shape[-1]), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        x = tf.matmul(x, self.kernel, transpose_b=True)
        if self.use_bias:
            x += self.bias
        return self.activation(x)
