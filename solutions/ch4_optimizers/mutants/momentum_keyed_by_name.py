"""The velocities are found by the variable's name, which several variables may have.

fails: momentum
hint: Every `tf.Variable` made without a name is called `Variable:0`. A name is no identity; what tells two objects
  apart?
"""


class Momentum:
    def init_moments(self, var_list):
        self._velocities = {v.name: tf.Variable(tf.zeros(v.shape, v.dtype)) for v in var_list}

    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            m = self._velocities[theta.name]
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
