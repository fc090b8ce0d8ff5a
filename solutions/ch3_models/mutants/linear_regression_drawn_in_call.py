"""The weights are drawn in `call`, so every call computes with others and there is nothing to train.

fails: linear_regression
hint: Ask the model twice for the same rows. Where should weights be made, so that they last from call to
  call?
"""


class LinearRegression:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.num_parameters = num_parameters

    def call(self, x):
        return tf.matmul(x, tf.random.uniform((self.num_parameters, 1)))


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.num_parameters = num_parameters
        self.start = 100.0

    def call(self, x):
        return tf.matmul(x, tf.random.uniform((self.num_parameters, 1))) + self.start
