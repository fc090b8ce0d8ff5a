"""The learning rate is always 0.01, whatever the optimizer was made with.

fails: gradient_descent
hint: Make the optimizer with another learning rate: do the steps become longer? A number written in the method
  cannot know what was asked for.
"""


class GradientDescent:
    def apply_gradients(self, grads_and_vars):
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            theta.assign_add(-tf.constant(0.01, g.dtype) * g)
