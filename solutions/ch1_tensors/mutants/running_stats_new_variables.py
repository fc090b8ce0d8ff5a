"""A reset makes new variables; whoever holds the old ones holds nothing any more.

fails: running_stats
hint: A variable is made once and assigned to ever after. `self.x = tf.Variable(...)` makes another.
"""


class RunningStats:
    def reset(self):
        d = self._mean.shape[0]
        self._count = tf.Variable(0.0)
        self._mean = tf.Variable(tf.zeros([d]))
        self._squares = tf.Variable(tf.zeros([d]))
