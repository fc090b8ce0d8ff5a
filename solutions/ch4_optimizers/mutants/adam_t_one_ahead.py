"""The first step is counted as t = 2.

fails: adam
hint: Put t = 1 into the formula by hand: does your first step agree? Look for a 1 that is added twice.
"""


class Adam:
    def apply_gradients(self, grads_and_vars):
        self._t.assign_add(1)
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            lr, beta_1, beta_2, epsilon = (
                tf.constant(value, g.dtype) for value in (self._lr, self._beta_1, self._beta_2, self._epsilon)
            )
            t = tf.cast(self._t + 1, g.dtype)
            m, v = self._m[id(theta)], self._v[id(theta)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            theta.assign_add(-lr_t * m / (tf.sqrt(v) + epsilon))
