"""Leaves the rows in their order.

fails: shuffle_rows
hint: Look at the order that comes out.
"""


def shuffle_rows(x, y, rng):
    order = np.sort(rng.permutation(len(x)))
    return x[order], y[order]
