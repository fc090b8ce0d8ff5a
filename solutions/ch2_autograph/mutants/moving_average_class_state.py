"""The state belongs to the class, so that all instances share it.

fails: moving_average
hint: Two averages with different decays, fed in turn, mix. What belongs to one instance is set on `self`.
"""


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        MovingAverage._average = None

        def move(x, decay):
            if MovingAverage._average is None:
                MovingAverage._average = tf.Variable(tf.zeros(x.shape, x.dtype))
            MovingAverage._average.assign(decay * MovingAverage._average + (1 - decay) * x)
            return MovingAverage._average.read_value()

        self._move = tf.function(move)
