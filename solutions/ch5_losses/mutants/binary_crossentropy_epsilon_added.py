"""Instead of clipping, 1e-7 is added inside the logarithms.

fails: binary_crossentropy
hint: Clipping leaves a probability of 1e-6 as it is; adding 1e-7 changes it by a tenth.
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        return tf.reduce_mean(tf.math.softplus(y_pred) - y_true * y_pred, axis=-1)
    e = 1e-7
    return -tf.reduce_mean(y_true * tf.math.log(y_pred + e) + (1.0 - y_true) * tf.math.log(1.0 - y_pred + e), axis=-1)
