"""`GradientDescent` takes `clipnorm` and never uses it.

fails: clipping
hint: `clip` alone changes nothing: where does the optimizer call it?
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
