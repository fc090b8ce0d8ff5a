"""Beta is always 0.9, whatever the optimizer was made with.

fails: momentum
hint: Make the optimizer with beta 0: it should be plain gradient descent. Where does your beta come from?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(tf.constant(0.9, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
