"""The loop is unrolled: a fixed number of steps is in the graph, and `tf.where` drops what is too much.

fails: by_hand
hint: All the steps are traced and all of them run, needed or not; a larger n goes wrong. A loop in the graph has one step in it.
"""


def iterate(step, x, n):
    for i in range(9):
        x = tf.where(i < n, step(x), x)
    return x
