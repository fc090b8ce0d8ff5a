"""All gradients are scaled together by the norm of the whole list.

fails: clipping
hint: Each variable's gradient is measured on its own: a long one must not shorten its neighbours.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        pairs = [(g, theta) for g, theta in grads_and_vars if g is not None]
        gradients = [g for g, _ in pairs]
        if self.clipnorm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, self.clipnorm)
        for g, (_, theta) in zip(gradients, pairs):
            theta.assign_add(-tf.constant(self._lr, g.dtype) * g)
