"""`call` averages over the samples already, so that weights multiply one number that is the same for all.

fails: huber_loss
hint: If call gives one number for the whole batch, what is left for a sample's weight to weigh?
"""


class HuberLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.reduce_mean(huber(y_true, y_pred, self.delta))
