"""The predictions have shape [n] where they should be a column.

fails: linear_regression
hint: Targets come as [n, 1]. What shape does the difference of [n, 1] and [n] have?
"""


class LinearRegression:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")

    def call(self, x):
        return tf.squeeze(tf.matmul(x, self.w), axis=1)


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer=tf.keras.initializers.Constant(100.0), name="b")

    def call(self, x):
        return tf.squeeze(tf.matmul(x, self.w) + self.b, axis=1)
