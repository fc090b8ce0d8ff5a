"""Variables of the same shape share one velocity.

fails: momentum
hint: Two variables can have the same shape and go different ways. Give each a velocity of its own.
"""


class Momentum:
    def init_moments(self, var_list):
        self._velocities = {tuple(v.shape): tf.Variable(tf.zeros(v.shape, v.dtype)) for v in var_list}

    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[tuple(theta.shape)]
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
