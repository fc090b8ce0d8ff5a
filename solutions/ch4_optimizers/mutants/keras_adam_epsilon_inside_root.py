"""Epsilon is added under the root.

fails: keras_adam
hint: sqrt(v + epsilon) and sqrt(v) + epsilon are far apart where the gradients are small. Which is in the formula?
"""


class KerasAdam:
    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        t = tf.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        self.assign_sub(variable, lr_t * m / tf.sqrt(v + epsilon))
