"""There is no `get_config`, so that a copy has the default delta.

fails: huber_loss
hint: Without get_config a loss that is saved comes back with defaults, and nobody complains. Which argument is
  yours to remember?
"""


class HuberLoss(tf.keras.losses.Loss):
    def get_config(self):
        return super().get_config()
