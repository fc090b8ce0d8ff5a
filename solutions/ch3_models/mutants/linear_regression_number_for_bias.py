"""The bias is the number 100 in `call` and not a weight.

fails: linear_regression
hint: A number in the code never learns. What makes a number a weight of the model?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        pass

    def call(self, x):
        return tf.matmul(x, self.w) + 100.0
