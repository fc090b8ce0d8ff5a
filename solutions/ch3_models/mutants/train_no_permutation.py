"""The rows are split in the file's order: neighbouring tracts stay together, and the test set is another.

fails: train
hint: What is the variance of your test targets? The usual split has 83.24. The rows are to be shuffled before
  they are split.
"""


def load_boston(path):
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float32")
    order = np.arange(len(rows))
    x, y = rows[order, :-1], rows[order, -1:]
    return x[:404], y[:404], x[404:], y[404:]
