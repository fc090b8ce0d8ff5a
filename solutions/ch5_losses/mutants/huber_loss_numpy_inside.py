"""The loss is turned into NumPy on the way, which a graph does not allow.

fails: huber_loss
hint: fit runs the loss in a graph, where a tensor has no number yet: no .numpy(), no float().
"""


class HuberLoss(tf.keras.losses.Loss):
    def call(self, y_true, y_pred):
        return tf.convert_to_tensor(huber(y_true, y_pred, self.delta).numpy())
