"""Changes the caller's array in place of making a new one.

fails: center
hint: What does the caller's array look like afterwards? `-=` writes into it.
"""


def center(x):
    x -= column_means(x)
    return x
