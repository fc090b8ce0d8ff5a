"""A gradient that is None is used like any other.

fails: gradient_descent
hint: The tape gives None for a variable that the loss does not depend on. Such a variable stays where it is.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
