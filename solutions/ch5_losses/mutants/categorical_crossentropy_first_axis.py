"""The exponentials are summed over the samples, axis 0, and not over the classes.

fails: categorical_crossentropy
hint: Whose probabilities add up to 1: those of one class over all samples, or those of one sample over all
  classes?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits, axis=0, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=0, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
