"""Divides the sum of squares by n - 1.

fails: normalise
hint: The standard deviation wanted here is the root of a plain mean over all n rows.
"""


def normalise(x):
    centred = center(x)
    variance = np.sum(centred**2, axis=0) / np.asarray(len(x) - 1, x.dtype)
    return centred / np.where(variance == 0, np.ones_like(variance), np.sqrt(variance))
