"""A gradient that is None is taken for zero, so the variable rolls on by its old velocity.

fails: momentum
hint: None means that this step does not concern the variable: it stays, and so does its velocity.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                g = tf.zeros(theta.shape, theta.dtype)
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
