"""The state is a tensor in an attribute and there is no `tf.function`: inside another one it stops moving.

fails: moving_average
hint: Called directly it works. In somebody else's function the attribute is set while tracing only: it takes a variable to carry the state.
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

        self._move = move
