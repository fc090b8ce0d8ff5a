"""The velocities go back to zero at each call, so nothing is gathered.

fails: momentum
hint: The first step is right, the second is as short as the first. What becomes of the velocity between two calls?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for m in self._velocities.values():
            m.assign(tf.zeros_like(m))
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
