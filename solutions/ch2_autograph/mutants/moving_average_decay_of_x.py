"""Decay and its complement have changed places: the new value gets the weight of the old average.

fails: moving_average
hint: With a decay near 1 the average should hardly move. Which of the two terms carries `decay`?
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

        def move(x, decay):
            if self._average is None:
                self._average = tf.Variable(tf.zeros(x.shape, x.dtype))
            self._average.assign((1 - decay) * self._average + decay * x)
            return self._average.read_value()

        self._move = tf.function(move)
