"""The averages are taken in the order of the calls, not by the variable.

fails: keras_adam
hint: Skip one variable in one step: whose averages does the next one get? Ask for the index of the variable.
"""


class KerasAdam:
    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._m = [self.add_variable_from_reference(v, name="m") for v in variables]
        self._v = [self.add_variable_from_reference(v, name="v") for v in variables]
        self._calls = 0

    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        t = tf.cast(self.iterations + 1, variable.dtype)
        index = self._calls % len(self._m)
        self._calls += 1
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        self.assign_sub(variable, lr_t * m / (tf.sqrt(v) + epsilon))
