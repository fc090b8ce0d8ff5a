"""The inputs are shuffled and the targets are not, so that no row has its own price.

fails: train
hint: A row and its price belong together. Put both in the same order.
"""


def load_boston(path):
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float32")
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    x, y = rows[order, :-1], rows[:, -1:]
    return x[:404], y[:404], x[404:], y[404:]
