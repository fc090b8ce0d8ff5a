"""Returns float64, whatever comes in.

fails: center
hint: Look at the dtype of your result for a float32 argument.
"""


def center(x):
    x = np.asarray(x, dtype=np.float64)
    return x - x.mean(axis=0)
