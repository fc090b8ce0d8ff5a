"""The averages are plain `tf.Variable`s, which Keras does not track: they are not saved.

fails: keras_adam
hint: Print `len(optimizer.variables)` for a model with one weight. Keras saves what it made itself, by
  `add_variable_from_reference`.
"""


class KerasAdam:
    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._m = [tf.Variable(tf.zeros(v.shape, v.dtype)) for v in variables]
        self._v = [tf.Variable(tf.zeros(v.shape, v.dtype)) for v in variables]
