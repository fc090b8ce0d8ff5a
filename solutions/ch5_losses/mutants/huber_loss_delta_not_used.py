"""`call` leaves delta out, so that it is always 1.

fails: huber_loss
hint: The object remembers its delta. Does it ever use it?
"""


class HuberLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return huber(y_true, y_pred)
