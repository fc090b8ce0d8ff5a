"""The rows are shuffled by another generator, so that the test set is another.

fails: train
hint: A seed means nothing without its generator: `RandomState(113)` and `default_rng(113)` shuffle in
  different ways.
"""


def load_boston(path):
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float32")
    order = np.random.default_rng(113).permutation(len(rows))
    x, y = rows[order, :-1], rows[order, -1:]
    return x[:404], y[:404], x[404:], y[404:]
