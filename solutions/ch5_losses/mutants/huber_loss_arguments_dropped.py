"""What the constructor does not know it forgets, instead of handing it to the base class.

fails: huber_loss
hint: Your constructor takes **kwargs. Who should get them?
"""


class HuberLoss(tf.keras.losses.Loss):
    def __init__(self, delta=1.0, **kwargs):
        super().__init__()
        self.delta = delta
