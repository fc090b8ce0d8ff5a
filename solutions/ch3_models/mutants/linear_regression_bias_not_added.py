"""The bias is made and never added to the predictions.

fails: linear_regression
hint: What should the model predict for a row of zeros, when its bias is 100?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer=tf.keras.initializers.Constant(100.0), name="b")

    def call(self, x):
        return tf.matmul(x, self.w)
