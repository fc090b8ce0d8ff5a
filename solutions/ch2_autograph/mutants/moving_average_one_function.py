"""One `tf.function` outside of the class serves all instances, and makes their states.

fails: moving_average
hint: A function may make variables in its first call only, and the second instance comes later. Give each instance a function of its own.
"""


@tf.function
def move(instance, x, decay):
    if instance._average is None:
        instance._average = tf.Variable(tf.zeros(x.shape, x.dtype))
    instance._average.assign(decay * instance._average + (1 - decay) * x)
    return instance._average.read_value()


class MovingAverage:
    def __init__(self, decay):
        self.decay = decay
        self._average = None

    def __call__(self, x):
        return move(self, x, tf.constant(self.decay, x.dtype))
