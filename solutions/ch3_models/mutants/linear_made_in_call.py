"""`call` makes the weights, anew at every call: Keras refuses that once the layer is built.

fails: linear
hint: "You cannot add new elements of state to a layer that is already built" says that weights are made too
  late. Which method runs once, before the first call?
"""


class Linear:
    def build(self, input_shape):
        self.built = True

    def call(self, x):
        self.kernel = self.add_weight(shape=(x.shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        return self.activation(tf.matmul(x, self.kernel) + self.bias)
