"""`__call__` is written anew, and with it the base class's reductions are gone.

fails: huber_loss
hint: The base class weighs, casts and reduces in __call__, and asks you for call only. Which of the two did you
  write?
"""


class HuberLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return huber(y_true, y_pred, self.delta)

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.call(y_true, y_pred)
        if sample_weight is not None:
            losses = losses * sample_weight
        return tf.reduce_mean(losses)
