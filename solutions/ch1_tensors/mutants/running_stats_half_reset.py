"""A reset forgets the mean and the squares, and keeps the count.

fails: running_stats
hint: Rows that are forgotten must not weigh any more: the count has to go too.
"""


class RunningStats:
    def reset(self):
        self._mean.assign(tf.zeros_like(self._mean))
        self._squares.assign(tf.zeros_like(self._squares))
