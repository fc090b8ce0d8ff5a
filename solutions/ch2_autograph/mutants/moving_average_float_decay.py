"""The decay is a Python float that the graph takes from the attribute, and becomes a constant of it.

fails: moving_average
hint: The attribute changes, the graph does not look at it again. Pass the decay as a tensor, or keep it in a variable.
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

        def move(x):
            if self._average is None:
                self._average = tf.Variable(tf.zeros(x.shape, x.dtype))
            self._average.assign(self.decay * self._average + (1 - self.decay) * x)
            return self._average.read_value()

        self._move = tf.function(move)

    def __call__(self, x):
        return self._move(x)
