"""The velocity is clipped, not the gradient.

fails: momentum
hint: `clipnorm` limits the gradient, before it enters the velocity. A velocity may well grow longer than that.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            m = self._velocities[id(theta)]
            velocity = tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g
            if self.clipnorm is not None:
                velocity = clip(velocity, self.clipnorm)
            m.assign(velocity)
            theta.assign_add(m)
