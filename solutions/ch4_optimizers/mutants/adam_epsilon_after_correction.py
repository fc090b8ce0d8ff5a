"""Epsilon is added to the corrected root, as in the paper's first form, not to the root of `v`.

fails: adam
hint: Correcting `v` first and then adding epsilon is another formula: in the first steps epsilon then counts far less.
  Here the whole correction is in the learning rate.
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
            t = tf.cast(self._t, g.dtype)
            m, v = self._m[id(theta)], self._v[id(theta)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            theta.assign_add(-lr * m / (1 - beta_1**t) / (tf.sqrt(v / (1 - beta_2**t)) + epsilon))
