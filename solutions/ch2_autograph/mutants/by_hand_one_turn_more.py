"""The loop runs while `i <= n`, once too often.

fails: by_hand
hint: The counter starts at 0: while it is below n, the loop has turned fewer than n times.
"""


def iterate(step, x, n):
    _, x = tf.while_loop(lambda i, x: i <= n, lambda i, x: (i + 1, step(x)), (tf.zeros_like(n), x))
    return x
