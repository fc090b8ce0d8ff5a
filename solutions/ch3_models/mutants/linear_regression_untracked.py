"""The weights are plain `tf.Variable`s, which Keras does not track: `model.variables` is empty, and `fit` moves nothing.

fails: linear_regression
hint: Print `model.variables`. Since Keras 3 a `tf.Variable` in an attribute is invisible to the model; which
  method of the model makes a variable and tracks it?
"""


class LinearRegression:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = tf.Variable(tf.random.uniform((num_parameters, 1)))

    def call(self, x):
        return tf.matmul(x, self.w)


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = tf.Variable(tf.random.uniform((num_parameters, 1)))
        self.b = tf.Variable([100.0])

    def call(self, x):
        return tf.matmul(x, self.w) + self.b
