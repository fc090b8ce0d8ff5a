"""Halves are rounded up, by the floor of x + 0.5.

fails: straight_through
hint: 2.5 becomes 2, not 3: half to even, as `tf.round` does.
"""


def round_ste(x):
    return x + tf.stop_gradient(tf.floor(x + 0.5) - x)
