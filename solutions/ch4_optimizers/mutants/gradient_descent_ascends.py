"""The update is added with the gradient's own sign, so every step climbs.

fails: gradient_descent
hint: The gradient points to where the loss grows fastest. In which direction do you want to go?
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign_add(tf.constant(self._lr, g.dtype) * g)
