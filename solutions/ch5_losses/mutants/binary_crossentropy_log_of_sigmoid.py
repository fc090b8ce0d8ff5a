"""From logits the probability is computed first and its logarithm then, which is infinite once the sigmoid is 0 or 1.

fails: binary_crossentropy
hint: In float32 sigmoid(17) is exactly 1, so log(1 - sigmoid(17)) is minus infinity. Write the logarithm of the
  sigmoid in terms of z before you compute anything.
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        p = tf.sigmoid(y_pred)
        return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
