"""The config holds delta alone: what the base class was told is lost.

fails: huber_loss
hint: The reduction and the name are arguments too. Who knows them?
"""


class HuberLoss(tf.keras.losses.Loss):
    def get_config(self):
        return {"delta": self.delta}
