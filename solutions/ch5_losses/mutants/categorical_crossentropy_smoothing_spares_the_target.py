"""What smoothing takes from a class is spread over the other classes only.

fails: categorical_crossentropy
hint: Smoothing mixes the target with the even distribution over all c classes: the right one gets its part
  back.
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing * (1.0 - y_true) / (classes - 1.0)
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
