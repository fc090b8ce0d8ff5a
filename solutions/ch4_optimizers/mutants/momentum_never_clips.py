"""`Momentum` takes `clipnorm` and never uses it.

fails: momentum
hint: `clipnorm` means the same in all three optimizers. Compare with your `GradientDescent`.
"""


class Momentum:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            m = self._velocities[id(theta)]
            m.assign(tf.constant(self._beta, g.dtype) * m - tf.constant(self._lr, g.dtype) * g)
            theta.assign_add(m)
