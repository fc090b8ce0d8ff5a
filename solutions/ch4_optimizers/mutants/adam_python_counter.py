"""The step counter is a Python number, which a `tf.function` reads once, while it is traced.

fails: adam
hint: Wrapped in a `tf.function`, your method's Python lines run only while it is traced. What must a number be so
  that it changes in the graph?
"""


class Adam:
    def init_moments(self, var_list):
        self._t = 0
        self._m = {id(x): tf.Variable(tf.zeros(x.shape, x.dtype)) for x in var_list}
        self._v = {id(x): tf.Variable(tf.zeros(x.shape, x.dtype)) for x in var_list}

    def apply_gradients(self, grads_and_vars):
        self._t += 1
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            lr, beta_1, beta_2, epsilon = (
                tf.constant(value, g.dtype) for value in (self._lr, self._beta_1, self._beta_2, self._epsilon)
            )
            t = tf.cast(self._t, g.dtype)
            m, v = self._m[id(theta)], self._v[id(theta)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            theta.assign_add(-lr_t * m / (tf.sqrt(v) + epsilon))
