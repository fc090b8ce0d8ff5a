"""The bias starts at 0, not at 100.

fails: linear_regression
hint: A start close to the goal hides whether the bias learns at all. Which value was it to start from?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer="zeros", name="b")

    def call(self, x):
        return tf.matmul(x, self.w) + self.b
