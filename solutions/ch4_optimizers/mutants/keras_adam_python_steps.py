"""The step count is taken as a Python number, which does not exist while a graph is made.

fails: keras_adam
hint: `fit` runs `update_step` inside a `tf.function`. Is `iterations` a number there?
"""


class KerasAdam:
    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        t = int(self.iterations) + 1.0
        index = self._get_variable_index(variable)
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        self.assign_sub(variable, lr_t * m / (tf.sqrt(v) + epsilon))
