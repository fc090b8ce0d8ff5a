"""The step is Nesterov's: it adds `beta * m - lr * g` to the variable after the velocity has changed.

fails: momentum
hint: The variable moves by the velocity itself. Your first step is 1 + beta times too long: what is added twice?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            beta, step = tf.constant(self._beta, g.dtype), tf.constant(self._lr, g.dtype) * g
            m.assign(beta * m - step)
            theta.assign_add(beta * m - step)
