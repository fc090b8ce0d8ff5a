"""The scores are not scaled.

fails: split_heads
hint: The dot product of vectors of length d grows with d: divide by its root.
"""


def scores(q, k):
    return tf.matmul(q, k, transpose_b=True)
