"""The root of the variance is returned.

fails: running_stats
hint: That is the standard deviation; its square is asked for.
"""


class RunningStats:
    def result(self):
        return tf.identity(self._mean), tf.sqrt(self._squares / tf.maximum(self._count, 1.0))
