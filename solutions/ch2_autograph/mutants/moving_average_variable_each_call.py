"""The variable is made in every call.

fails: moving_average
hint: Python passes that line whenever it traces, and a variable may be made only the first time. Keep it, and ask whether it is there.
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

        def move(x, decay):
            average = tf.Variable(tf.zeros(x.shape, x.dtype))
            average.assign(decay * average + (1 - decay) * x)
            return average.read_value()

        self._move = tf.function(move)
