"""One maximum is subtracted from the logits of all samples, so that those far below it vanish altogether.

fails: categorical_crossentropy
hint: If one sample's logits are near 400 and another's near -400, what is left of the second once 400 is
  subtracted from all?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    z = logits - tf.reduce_max(logits)
    chosen = tf.gather(z, labels, batch_dims=labels.shape.rank)
    return tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1)) - chosen
