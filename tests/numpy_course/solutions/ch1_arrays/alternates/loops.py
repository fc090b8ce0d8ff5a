"""Python loops over columns and rows, no broadcasting."""

import numpy as np


def center(x):
    result = np.empty_like(x)
    for j in range(x.shape[1]):
        result[:, j] = x[:, j] - np.mean(x[:, j], dtype=x.dtype)
    return result


def normalise(x):
    result = center(x)
    for j in range(x.shape[1]):
        spread = np.sqrt(np.mean(np.square(result[:, j])))
        if spread > 0:
            result[:, j] /= spread
    return result


class RunningMean:
    def __init__(self):
        self.rows = []

    def update(self, batch):
        for row in batch:
            self.rows.append(row)

    def mean(self):
        return np.mean(self.rows, axis=0)


def shuffle_rows(x, y, rng):
    places = list(range(len(y)))
    rng.shuffle(places)
    return np.array([x[i] for i in places]), np.array([y[i] for i in places])
