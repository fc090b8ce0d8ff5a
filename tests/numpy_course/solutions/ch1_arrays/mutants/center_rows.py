"""Takes from each row its own mean, not from each column.

fails: center
hint: Which axis do you average over? The mean of a column runs over the rows.
"""


def center(x):
    return x - x.mean(axis=1, keepdims=True)
