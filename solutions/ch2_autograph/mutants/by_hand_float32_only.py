"""x is turned into float32 first.

fails: by_hand
hint: Compute in the dtype that x has; nothing here needs a cast.
"""


def iterate(step, x, n):
    _, x = tf.while_loop(
        lambda i, x: i < n, lambda i, x: (i + 1, step(x)), (tf.zeros_like(n), tf.cast(x, tf.float32))
    )
    return x
