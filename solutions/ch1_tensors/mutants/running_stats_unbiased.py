"""The variance is divided by n - 1.

fails: running_stats
hint: Divided by n: it is the variance of the rows themselves, not an estimate for others.
"""


class RunningStats:
    def result(self):
        return tf.identity(self._mean), self._squares / tf.maximum(self._count - 1.0, 1.0)
