"""Each batch counts the same, however many rows it has.

fails: running_stats
hint: The mean of two means is not the mean of all rows when one batch has 32 rows and the other 7. How many rows has
  each?
"""


class RunningStats:
    def update(self, x):
        mean = tf.reduce_mean(x, axis=0)
        squares = tf.reduce_mean(tf.square(x - mean), axis=0)
        total = self._count + 1.0
        gap = mean - self._mean
        self._squares.assign_add(squares + tf.square(gap) * self._count / total)
        self._mean.assign_add(gap / total)
        self._count.assign(total)
