"""The variable is set to the update instead of being moved by it.

fails: gradient_descent
hint: `assign` puts a new value in place of the old one. The step starts where the variable is now.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign(-tf.constant(self._lr, g.dtype) * g)
