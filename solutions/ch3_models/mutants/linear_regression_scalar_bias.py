"""The bias is a scalar, of shape [] where [1] was asked for.

fails: linear_regression
hint: Broadcasting makes the predictions right. What shape do `model.variables` show for the bias?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(), initializer=tf.keras.initializers.Constant(100.0), name="b")

    def call(self, x):
        return tf.matmul(x, self.w) + self.b
