"""One-hot targets multiply the logarithm of probabilities that may be 0: 0 times minus infinity is not a number.

fails: categorical_crossentropy
hint: A stable softmax may still give 0. Which form of log p stays finite?
"""


def categorical_crossentropy(y_true, logits, label_smoothing=0.0):
    classes = tf.cast(tf.shape(logits)[-1], logits.dtype)
    y = (1.0 - label_smoothing) * y_true + label_smoothing / classes
    return -tf.reduce_sum(y * tf.math.log(tf.nn.softmax(logits)), axis=-1)
