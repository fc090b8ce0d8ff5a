"""The result is the variable itself, which goes on changing.

fails: running_stats
hint: Whoever keeps your result keeps your variable. Hand out a tensor: `tf.identity(variable)` or
  `variable.read_value()`.
"""


class RunningStats:
    def result(self):
        return self._mean, self._squares / tf.maximum(self._count, 1.0)
