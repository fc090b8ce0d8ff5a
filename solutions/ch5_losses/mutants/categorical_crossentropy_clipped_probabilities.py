"""Probabilities are clipped before their logarithm, so that no class costs more than 16.12.

fails: categorical_crossentropy
hint: With logits at hand nothing needs clipping. What does a class cost that is 2000 below the best?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    p = tf.clip_by_value(tf.nn.softmax(logits), 1e-7, 1.0)
    return -tf.reduce_sum(y * tf.math.log(p), axis=-1)


def sparse_categorical_crossentropy(labels, logits):
    p = tf.clip_by_value(tf.nn.softmax(logits), 1e-7, 1.0)
    return -tf.math.log(tf.gather(p, labels, batch_dims=labels.shape.rank))
