"""Label smoothing counts the classes along the second axis, which is the last one for two axes only.

fails: categorical_crossentropy
hint: The classes are along the last axis, however many axes the samples have. Count them there.
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
