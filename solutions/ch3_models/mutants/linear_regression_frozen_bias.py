"""The bias is made with `trainable=False`: it stays at 100 for ever.

fails: linear_regression
hint: After `fit` the bias is where it was. What does Keras need to know of a weight that is to be trained?
"""


class LinearRegressionV2:
    def __init__(self, num_parameters, **kwargs):
        super().__init__(**kwargs)
        self.w = self.add_weight(shape=(num_parameters, 1), initializer="random_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer=tf.keras.initializers.Constant(100.0), name="b", trainable=False)

    def call(self, x):
        return tf.matmul(x, self.w) + self.b
