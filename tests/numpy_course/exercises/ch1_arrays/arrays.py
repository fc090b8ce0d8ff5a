# %% [markdown]
# # Chapter 1: arrays
#
# Four small functions. Replace each `raise NotImplementedError(...)` by your code.

# %%
import numpy as np
from given import column_means

# %% [markdown]
# ## Centre the columns


# %%
def center(x):
    """x with the mean of each column taken from it.

    Args:
        x: floats, shape [n, d]; is left as it is.

    Returns:
        An array of x's shape and dtype.
    """
    raise NotImplementedError("center: center is not written yet")


# %% [markdown]
# ## Normalise the columns
#
# Centre each column, then divide it by its standard deviation: `sqrt(mean((x - mean) ** 2))`.


# %%
def normalise(x):
    """x with each column at mean 0 and standard deviation 1.

    Args:
        x: floats, shape [n, d].

    Returns:
        An array of x's shape and dtype; a column without any spread becomes zeros.
    """
    raise NotImplementedError("normalise: normalise is not written yet")


# %% [markdown]
# ## A running mean


# %%
class RunningMean:
    """The mean of all rows seen so far, in any number of batches."""

    def __init__(self):
        raise NotImplementedError("running_mean: init is not written yet")

    def update(self, batch):
        """Takes in a batch of rows, shape [n, d]."""
        raise NotImplementedError("running_mean: update is not written yet")

    def mean(self):
        """The mean of the rows so far, shape [d]; asked for only after a first batch."""
        raise NotImplementedError("running_mean: mean is not written yet")


# %% [markdown]
# ## Shuffle rows together


# %%
def shuffle_rows(x, y, rng):
    """The rows of x and the entries of y in one new random order.

    Args:
        x: shape [n, d].
        y: shape [n].
        rng: a `numpy.random.Generator`.

    Returns:
        Two arrays in the same new order.
    """
    raise NotImplementedError("shuffle_rows: shuffle_rows is not written yet")
