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
    #: begin center.center
    return x - column_means(x)
    #: end center.center


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
    #: begin normalise.normalise
    centred = center(x)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    return centred / np.where(spread == 0, np.ones_like(spread), spread)
    #: end normalise.normalise


# %% [markdown]
# ## A running mean


# %%
class RunningMean:
    """The mean of all rows seen so far, in any number of batches."""

    def __init__(self):
        #: begin running_mean.init
        self.total = 0.0
        self.count = 0
        #: end running_mean.init

    def update(self, batch):
        """Takes in a batch of rows, shape [n, d]."""
        #: begin running_mean.update
        self.total = self.total + np.sum(batch, axis=0)
        self.count += len(batch)
        #: end running_mean.update

    def mean(self):
        """The mean of the rows so far, shape [d]; asked for only after a first batch."""
        #: begin running_mean.mean
        return self.total / self.count
        #: end running_mean.mean


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
    #: begin shuffle_rows.shuffle_rows
    order = rng.permutation(len(x))
    return x[order], y[order]
    #: end shuffle_rows.shuffle_rows
