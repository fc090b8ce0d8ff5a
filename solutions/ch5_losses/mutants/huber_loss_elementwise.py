"""`call` gives a loss for each element, which do not go with one weight for each sample.

fails: huber_loss
hint: How many weights has a batch of n samples, and how many numbers does your call give?
"""


class HuberLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return huber(y_true[..., None], y_pred[..., None], self.delta)
