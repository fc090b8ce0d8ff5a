"""Variables of the same shape share their averages.

fails: adam
hint: Two variables can have the same shape and quite different gradients. Give each averages of its own.
"""


class Adam:
    def init_moments(self, var_list):
        self._t = tf.Variable(0, dtype=tf.int64)
        self._m = {tuple(x.shape): tf.Variable(tf.zeros(x.shape, x.dtype)) for x in var_list}
        self._v = {tuple(x.shape): tf.Variable(tf.zeros(x.shape, x.dtype)) for x in var_list}

    def apply_gradients(self, grads_and_vars):
        self._t.assign_add(1)
        for g, theta in grads_and_vars:
            if g is None:
                continue
            if self.clipnorm is not None:
                g = clip(g, self.clipnorm)
            lr, beta_1, beta_2, epsilon = (
                tf.constant(value, g.dtype) for value in (self._lr, self._beta_1, self._beta_2, self._epsilon)
            )
            t = tf.cast(self._t, g.dtype)
            m, v = self._m[tuple(theta.shape)], self._v[tuple(theta.shape)]
            m.assign(beta_1 * m + (1 - beta_1) * g)
            v.assign(beta_2 * v + (1 - beta_2) * tf.square(g))
            lr_t = lr * tf.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            theta.assign_add(-lr_t * m / (tf.sqrt(v) + epsilon))
