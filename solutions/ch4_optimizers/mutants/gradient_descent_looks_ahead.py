"""The pairs are looked at once before the loop, and a `zip` has forgotten what was looked at.

fails: gradient_descent
hint: A `zip` can be walked only once: what a first look has taken out does not come back. Keep the pairs in a list, or
  look at them inside the one loop.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        if not any(g is not None for g, _ in grads_and_vars):
            return
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
