"""Class numbers are paired with the row numbers of the first axis, which is right for a list of samples only.

fails: categorical_crossentropy
hint: Samples may have several axes: a label for each word of each sentence. How many axes have the labels?
"""


def sparse_categorical_crossentropy(labels, logits):
    z = logits - tf.reduce_max(logits, axis=-1, keepdims=True)
    rows = tf.range(tf.shape(labels, out_type=labels.dtype)[0], dtype=labels.dtype)
    flat = tf.reshape(labels, [tf.shape(labels)[0], -1])[:, 0]
    chosen = tf.gather_nd(z, tf.stack([rows, flat], axis=-1))
    return tf.math.log(tf.reduce_sum(tf.exp(z), axis=-1)) - chosen
