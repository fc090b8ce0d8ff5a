"""The activation comes before the bias is added.

fails: linear
hint: With a ReLU, can the output of your layer be negative? The bias shifts what goes into the activation.
"""


class Linear:
    def call(self, x):
        x = self.activation(tf.matmul(x, self.kernel))
        if self.use_bias:
            x += self.bias
        return x
