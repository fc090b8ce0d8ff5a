"""The learning rate is always .01, whatever the optimizer was made with.

fails: momentum
hint: With `Momentum(lr=1.0)` the first step is as long as the gradient. How long is yours?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            m.assign(self._beta * m - 0.01 * g)
            theta.assign_add(m)
