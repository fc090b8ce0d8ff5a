"""log_softmax takes the exponentials as they are: for large logits their sum is infinite.

fails: softmax
hint: What helps the softmax helps its logarithm: take the largest number of the row away first.
"""


def log_softmax(x, axis=-1):
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis=axis, keepdims=True))
