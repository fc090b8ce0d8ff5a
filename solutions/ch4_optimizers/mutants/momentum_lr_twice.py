"""The learning rate is applied twice: in the velocity and again in the step.

fails: momentum
hint: In this formula the learning rate stands inside the velocity. What is left for the step?
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[id(theta)]
            lr = tf.constant(self._lr, g.dtype)
            m.assign(tf.constant(self._beta, g.dtype) * m - lr * g)
            theta.assign_add(lr * m)
