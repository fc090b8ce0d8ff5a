"""The learning rate is remembered when the optimizer is made; a later change has no effect.

fails: keras_adam
hint: Set `optimizer.learning_rate` in the middle of a run: do your steps change? This step's rate comes in as an
  argument.
"""


class KerasAdam:
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="keras_adam", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.first_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def update_step(self, gradient, variable, learning_rate):
        g = tf.cast(gradient, variable.dtype)
        lr = tf.cast(self.first_rate if isinstance(self.first_rate, float) else learning_rate, variable.dtype)
        beta_1, beta_2, epsilon = (
            tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)
        )
        t = tf.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        m, v = self._m[index], self._v[index]
        self.assign(m, beta_1 * m + (1 - beta_1) * g)
        self.assign(v, beta_2 * v + (1 - beta_2) * tf.square(g))
        lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        self.assign_sub(variable, lr_t * m / (tf.sqrt(v) + epsilon))
