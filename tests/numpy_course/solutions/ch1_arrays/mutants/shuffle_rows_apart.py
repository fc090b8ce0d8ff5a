"""Shuffles x and y each on its own.

fails: shuffle_rows
hint: After your shuffle, does a row still stand beside its own label?
"""


def shuffle_rows(x, y, rng):
    return x[rng.permutation(len(x))], y[rng.permutation(len(y))]
