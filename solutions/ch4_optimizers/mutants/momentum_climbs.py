"""The gradient enters the velocity with the wrong sign, so the variable climbs.

fails: momentum
hint: With beta 0 momentum is gradient descent. Check the sign of the first step against it.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(tf.constant(self._beta, g.dtype) * m + tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
