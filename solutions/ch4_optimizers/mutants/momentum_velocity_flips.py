"""The minus stands before the whole sum, so the velocity turns round at every step.

fails: momentum
hint: The first step is right and the second brakes. Only one of the two terms of the velocity is subtracted.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(-(tf.constant(self._beta, g.dtype) * m + tf.constant(self._lr, g.dtype) * g))
            theta.assign_add(m)
