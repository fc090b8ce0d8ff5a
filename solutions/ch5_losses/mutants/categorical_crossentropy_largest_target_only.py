"""The largest target of a sample is taken for its class, and the others are left out.

fails: categorical_crossentropy
hint: A target may be a distribution: [0.6, 0.4, 0] says something about two classes. Which of them does your
  loss hear of?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    y_true = tf.one_hot(tf.argmax(y_true, axis=-1), tf.shape(logits)[-1], dtype=logits.dtype)
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1, keepdims=True))
    return -tf.reduce_sum(y * log_p, axis=-1)
