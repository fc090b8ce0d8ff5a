"""The velocity is an average of the gradients, `beta * m + (1 - beta) * g`, and the step is `-lr` times it.

fails: momentum
hint: That is a running average; it never gets longer than one gradient. The velocity of the formula adds every step in
  full, and keeps beta of the sum.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(tf.constant(self._beta, g.dtype) * m + tf.constant(1 - self._beta, g.dtype) * g)
            theta.assign_add(-tf.constant(self._lr, g.dtype) * m)
