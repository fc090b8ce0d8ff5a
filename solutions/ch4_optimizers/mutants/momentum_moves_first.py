"""The variable moves by the old velocity, before the new gradient has entered it.

fails: momentum
hint: After the first step the variable should have moved already. Which of the two lines of the formula comes first?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            theta.assign_add(m)
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
