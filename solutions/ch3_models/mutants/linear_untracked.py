"""The weights are plain `tf.Variable`s, which Keras does not track.

fails: linear
hint: Look at `layer.variables` after the first call. Which method of the layer makes a variable and tracks
  it?
"""


class Linear:
    def build(self, input_shape):
        self.kernel = tf.Variable(tf.random.uniform((input_shape[-1], self.units)))
        if self.use_bias:
            self.bias = tf.Variable(tf.zeros(self.units))
