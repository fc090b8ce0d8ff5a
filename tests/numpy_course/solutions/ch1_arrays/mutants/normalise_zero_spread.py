"""Divides zero by zero where a column is constant.

fails: normalise
hint: What becomes of a column whose values are all the same?
"""


def normalise(x):
    centred = center(x)
    with np.errstate(invalid="ignore"):
        return centred / np.sqrt(np.mean(centred**2, axis=0))
