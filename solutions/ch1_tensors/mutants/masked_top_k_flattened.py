"""`boolean_mask` is taken of the whole matrix, which runs all rows together into one.

fails: masked_top_k
hint: Rows keep different numbers of scores, so what `boolean_mask` gives has no rows any more. Fill in instead of
  removing.
"""


def masked_top_k(scores, mask, k):
    return tf.math.top_k(tf.boolean_mask(scores, mask), k)
