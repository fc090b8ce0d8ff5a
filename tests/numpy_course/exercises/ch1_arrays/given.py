"""What the tasks may use and need not write."""

import numpy as np


def column_means(x):
    """The mean of each column, shape [d], of x with shape [n, d]; the dtype is x's."""
    return np.mean(x, axis=0, dtype=x.dtype)
