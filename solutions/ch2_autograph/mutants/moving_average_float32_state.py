"""The state is float32, whatever x is.

fails: moving_average
hint: At the first call x is there, and with it the dtype that the state must have.
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

        def move(x, decay):
            if self._average is None:
                self._average = tf.Variable(tf.zeros(x.shape))
            self._average.assign(decay * self._average + (1 - decay) * x)
            return self._average.read_value()

        self._move = tf.function(move)
