"""`label_smoothing` is not used.

fails: categorical_crossentropy
hint: With smoothing even a perfect prediction costs something. Does yours?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    y = y_true
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
