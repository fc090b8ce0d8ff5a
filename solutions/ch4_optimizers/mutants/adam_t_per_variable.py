"""The step counter goes up once for each variable instead of once for each call.

fails: adam
hint: With two variables, what is t after one call? All of them are in the same step.
"""


class Adam:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            self._t.assign_add(1)
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            lr, beta_1, beta_2, epsilon = (
                tf.constant(value, g.dtype) for value in (self._lr, self._beta_1, self._beta_2, self._epsilon)
            )
            t = tf.cast(self._t, g.dtype)
            m, v = self._m[id(theta)], self._v[id(theta)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            theta.assign_add(-lr_t * m / (tf.sqrt(v) + epsilon))
