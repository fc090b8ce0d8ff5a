"""All axes but the first are flattened into one, so data with more than two axes lose their form.

fails: linear
hint: Only the last axis is transformed. What does `tf.matmul` do with the leading axes, if you let it?
"""


class Linear:
    def build(self, input_shape):
        width = int(np.prod(input_shape[1:]))
        self.kernel = self.add_weight(shape=(width, self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        x = tf.matmul(tf.reshape(x, (x.shape[0], -1)), self.kernel)
        if self.use_bias:
            x += self.bias
        return self.activation(x)
