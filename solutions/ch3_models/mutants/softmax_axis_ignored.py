"""The softmax always goes along the last axis.

fails: softmax
hint: Which axis do your maximum and your sum go along?
"""


def softmax(x, axis=-1):
    e = tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))
    return e / tf.reduce_sum(e, axis=-1, keepdims=True)


def log_softmax(x, axis=-1):
    x = x - tf.reduce_max(x, axis=-1, keepdims=True)
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True))
