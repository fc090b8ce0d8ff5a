"""The name `theta` is bound to a new tensor; the variable itself never changes.

fails: gradient_descent
hint: `theta = theta - ...` makes a new tensor and drops it at the end of the loop. A variable changes only by one of
  its own methods.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta = theta - tf.constant(self._lr, g.dtype) * g
