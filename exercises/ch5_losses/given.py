"""What this chapter may use and need not write: chapter 3's network, and two data sets."""

import csv
from pathlib import Path

import numpy as np
import tensorflow as tf

DATA = Path(__file__).resolve().parent.parent / "data"


class MLP(tf.keras.Model):
    """A multilayer perceptron: hidden layers with an activation, then a linear one.

    Args:
        num_hidden_units: units of the hidden layer, or a list with those of each hidden layer.
        num_targets: units of the last layer.
        hidden_activation: the name of an activation, or a callable.
    """

    def __init__(self, num_hidden_units, num_targets, hidden_activation="relu", **kwargs):
        super().__init__(**kwargs)
        if isinstance(num_hidden_units, int):
            num_hidden_units = [num_hidden_units]
        self.hidden = [tf.keras.layers.Dense(n, activation=hidden_activation) for n in num_hidden_units]
        self.last_linear = tf.keras.layers.Dense(num_targets)

    def call(self, x):
        """From x of shape [n, d] to predictions of shape [n, num_targets]."""
        for layer in self.hidden:
            x = layer(x)
        return self.last_linear(x)


def load_boston(path=DATA / "boston_house_prices.csv", dtype="float32"):
    """The Boston housing data, split as `tf.keras.datasets.boston_housing` does.

    Column `B` encodes a racist assumption: read `../data/PROVENANCE.md` before you draw conclusions from this data.

    Args:
        path: the file; the course's own where nothing is given.
        dtype: of the arrays.

    Returns:
        x_train [404, 13], y_train [404, 1], x_test [102, 13], y_test [102, 1], as NumPy arrays.
    """
    rows = np.loadtxt(path, delimiter=",", skiprows=2, dtype="float64")
    order = np.arange(len(rows))
    np.random.RandomState(113).shuffle(order)
    rows = rows[order].astype(dtype)
    train, test = rows[:404], rows[404:]
    return train[:, :-1], train[:, -1:], test[:, :-1], test[:, -1:]


def load_time_zones(path=DATA / "time_zones.csv", dtype="float32"):
    """Where clocks stand: the time zones of the world by the longitude of their largest city.

    Args:
        path: the file; the course's own where nothing is given.
        dtype: of the arrays.

    Returns:
        The names, a list of n strings; the longitudes in degrees east, [n, 1]; the hours by which standard time is
        ahead of UTC, [n, 1].
    """
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    x = np.array([[row["longitude"]] for row in rows], dtype)
    y = np.array([[row["hours"]] for row in rows], dtype)
    return [row["zone"] for row in rows], x, y
