"""`iterations` is taken as it is: it is 0 in the first step, which divides zero by zero.

fails: keras_adam
hint: Keras counts a step after it was made. Which t does the formula need in the first?
"""


class KerasAdam:
    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        t = tf.cast(self.iterations, variable.dtype)
        index = self._get_variable_index(variable)
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        self.assign_sub(variable, lr_t * m / (tf.sqrt(v) + epsilon))
