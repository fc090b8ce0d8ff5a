"""A Python loop goes through the rows.

fails: masked_top_k
hint: `tf.math.top_k` sorts every row of a matrix at once, and `tf.gather(..., batch_dims=1)` looks up row by row.
"""


def masked_top_k(scores, mask, k):
    rows = []
    for i in range(scores.shape[0]):
        values, indices = tf.math.top_k(tf.where(mask[i], scores[i], -float("inf")), k)
        real = tf.gather(mask[i], indices)
        rows.append((tf.where(real, values, 0.0), tf.where(real, indices, -1)))
    return tf.stack([row[0] for row in rows]), tf.stack([row[1] for row in rows])
