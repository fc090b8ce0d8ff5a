"""Only y * log(p) is counted: a sample of class 0 costs nothing, whatever is predicted.

fails: binary_crossentropy
hint: What does your loss charge for p = 0.9 when the label is 0?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    log_p = tf.math.log_sigmoid(y_pred) if from_logits else tf.math.log(p)
    return -tf.reduce_mean(y_true * log_p, axis=-1)
