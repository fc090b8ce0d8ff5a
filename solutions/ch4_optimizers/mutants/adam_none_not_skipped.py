"""A gradient that is None is used as if it were one.

fails: adam
hint: A variable that the loss does not depend on has the gradient None. What should become of it?
"""


class Adam:
    def apply_gradients(self, grads_and_vars):
        self._t.assign_add(1)
        for g, theta in grads_and_vars:
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
