"""There is no bias correction: the learning rate is the same from the first step on.

fails: adam
hint: Both averages start at zero and are far too small in the first steps. What makes up for it?
"""


class Adam:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            lr, beta_1, beta_2, epsilon = (
                tf.constant(value, g.dtype) for value in (self._lr, self._beta_1, self._beta_2, self._epsilon)
            )
            m, v = self._m[id(theta)], self._v[id(theta)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            theta.assign_add(-lr * m / (tf.sqrt(v) + epsilon))
