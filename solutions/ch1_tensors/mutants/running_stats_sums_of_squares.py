"""The variance is the mean of squares minus the square of the mean, which cancels.

fails: running_stats
hint: Around a mean of 10000 both numbers are 100000000, and float32 has seven digits. Remember squared distances from
  the mean.
"""


class RunningStats:
    def update(self, x):
        self._count.assign_add(tf.cast(tf.shape(x)[0], tf.float32))
        self._mean.assign_add(tf.reduce_sum(x, axis=0))
        self._squares.assign_add(tf.reduce_sum(tf.square(x), axis=0))

    def result(self):
        n = tf.maximum(self._count, 1.0)
        mean = self._mean / n
        return mean, self._squares / n - tf.square(mean)
