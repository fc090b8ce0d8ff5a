"""The first gradient that is None ends the loop; the variables after it never move.

fails: gradient_descent
hint: None says that this one variable has nothing to do. What about those that come after it?
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                break
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
