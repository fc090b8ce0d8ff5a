"""The method returns from inside the loop, so only the first variable moves.

fails: gradient_descent
hint: Look at how far the `return` is indented: how many pairs does the loop get to see?
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            return theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
