"""`call` is a `tf.function`: inside a model it is traced while the model is being built, and keeps the initial weights in its graph for ever.

fails: linear
hint: Set all weights of a model to zero: does its output change? Decorate the step that calls the model, not
  the model.
"""


class Linear:
    @tf.function
    def call(self, x):
        x = tf.matmul(x, self.kernel)
        if self.use_bias:
            x += self.bias
        return self.activation(x)
