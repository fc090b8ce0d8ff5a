"""The update is clipped after the learning rate has gone in, not the gradient.

fails: clipping
hint: Clipping comes first. After the multiplication by a small learning rate hardly anything is long enough to be
  clipped.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            update = -tf.constant(self._lr, g.dtype) * g
            if self.clipnorm is not None:
                update = clip(update, self.clipnorm)
            theta.assign_add(update)
