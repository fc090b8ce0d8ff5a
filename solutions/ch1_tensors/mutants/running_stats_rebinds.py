"""An update replaces the variables by tensors instead of assigning to them.

fails: running_stats
hint: `self.mean = ...` gives the attribute another object. The variable that somebody else holds stays as it was:
  `assign`.
"""


class RunningStats:
    def update(self, x):
        n = tf.cast(tf.shape(x)[0], tf.float32)
        mean = tf.reduce_mean(x, axis=0)
        squares = tf.reduce_sum(tf.square(x - mean), axis=0)
        total = self._count + n
        gap = mean - self._mean
        self._squares = self._squares + squares + tf.square(gap) * self._count * n / total
        self._mean = self._mean + gap * n / total
        self._count = total

    def reset(self):
        self.__init__(self._mean.shape[0])
