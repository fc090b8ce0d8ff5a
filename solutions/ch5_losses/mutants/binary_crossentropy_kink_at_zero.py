"""The stable form with relu and an absolute value has the right values, and at a logit of exactly 0 a wrong gradient.

fails: binary_crossentropy
hint: The loss is smooth; max(z, 0) and |z| are not: at their corner TensorFlow picks one slope, which is not the
  right one. Which one smooth function are they two parts of?
"""


def binary_crossentropy(y_true, y_pred, from_logits=False):
    if from_logits:
        z = y_pred
        return tf.reduce_mean(tf.nn.relu(z) - z * y_true + tf.math.log1p(tf.exp(-tf.abs(z))), axis=-1)
    p = tf.clip_by_value(y_pred, 1e-7, 1.0 - 1e-7)
    return -tf.reduce_mean(y_true * tf.math.log(p) + (1.0 - y_true) * tf.math.log(1.0 - p), axis=-1)
