"""The targets have shape [n], not [n, 1]: their difference from the predictions has shape [n, n].

fails: train
hint: `y_te - model(x_te)` should have one number a row. A slice, `-1:`, keeps the axis that an index, `-1`,
  drops.
"""


def load_boston(path):
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float32")
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    x, y = rows[order, :-1], rows[order, -1]
    return x[:404], y[:404], x[404:], y[404:]
