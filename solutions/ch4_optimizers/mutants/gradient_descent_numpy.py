"""The step is computed with NumPy, so that it cannot be part of a graph.

fails: gradient_descent
hint: Inside a `tf.function` a tensor has no value yet, so it has no `.numpy()`. Let the variable do the arithmetic.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign(theta.numpy() - self._lr * g.numpy())
