"""A missing gradient is taken for zeros: the variable coasts on.

fails: momentum
hint: A variable whose gradient is None is left alone, and its velocity too.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                g = tf.zeros(theta.shape, theta.dtype)
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(self._beta * m - self._lr * g)
            theta.assign_add(m)
