"""There is no bias correction.

fails: keras_adam
hint: Both averages start at zero and are far too small in the first steps. What makes up for it?
"""


class KerasAdam:
    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        index = self._get_variable_index(variable)
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        self.assign_sub(variable, lr * m / (tf.sqrt(v) + epsilon))
