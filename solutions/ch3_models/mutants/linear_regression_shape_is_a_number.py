"""The bias is asked for with `shape=(1)`, which is the number 1 and not a tuple.

fails: linear_regression
hint: Parentheses alone make no tuple. What does Python need to see that one number is meant as a shape?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1), initializer=tf.keras.initializers.Constant(100.0), name="b")

    def call(self, x):
        return tf.matmul(x, self.w) + self.b
