"""The state is a tensor in an attribute, set in the `tf.function`.

fails: moving_average
hint: What is traced is a tensor without a value, of a graph that is over when the call is. Only a variable carries a value from run to run.
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

        def move(x, decay):
            if self._average is None:
                self._average = tf.zeros(x.shape, x.dtype)
            self._average = decay * self._average + (1 - decay) * x
            return self._average

        self._move = tf.function(move)
