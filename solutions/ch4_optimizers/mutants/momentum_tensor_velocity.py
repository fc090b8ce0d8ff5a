"""The velocity is a tensor that is replaced in each step, which a graph cannot do.

fails: momentum
hint: What a tf.function leaves behind must be a variable, changed by assign.
"""


class Momentum:
    def init_moments(self, var_list):
        self._velocities = {id(v): tf.zeros(v.shape, v.dtype) for v in var_list}

    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._beta * self._velocities[id(theta)] - self._lr * g
            self._velocities[id(theta)] = m
            theta.assign_add(m)
