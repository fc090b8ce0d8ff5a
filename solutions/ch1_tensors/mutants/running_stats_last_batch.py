"""Only the last batch is remembered.

fails: running_stats
hint: `assign` replaces, `assign_add` adds. What becomes of the rows that came before?
"""


class RunningStats:
    def update(self, x):
        self._count.assign(tf.cast(tf.shape(x)[0], tf.float32))
        self._mean.assign(tf.reduce_mean(x, axis=0))
        self._squares.assign(tf.reduce_sum(tf.square(x - self._mean), axis=0))
