"""Smoothing adds its part to each class and takes nothing away, so that targets add up to more than 1.

fails: categorical_crossentropy
hint: A smoothed target is still a distribution: what must be taken from the classes that had something?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
