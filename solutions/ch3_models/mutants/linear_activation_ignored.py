"""The activation is kept and never used.

fails: linear
hint: What does `relu` do to a negative number, and what does your layer?
"""


class Linear:
    def call(self, x):
        x = tf.matmul(x, self.kernel)
        if self.use_bias:
            x += self.bias
        return x
