"""How the inputs of a test are drawn: pure NumPy, `(rng, **choices) -> inputs`, one function a probe.

All that is random comes from `rng`. A case with `start` and `gradients` of its own draws nothing. Sizes are all
different and above 1, so that a swapped axis shows; starts stay away from 0, so that relative errors mean something.
"""

import itertools

import numpy as np

SHAPES = ((3, 2), (5,), (2, 4, 3))  # of the 1st, 2nd and 3rd variable
VECTORS = ((7,), (4,))  # the same where gradients are clipped: a vector has no rows
RANGES = {  # what `draw` can ask for
    "lr": (0.02, 0.08),
    "learning_rate": (0.02, 0.08),
    "beta": (0.3, 0.7),
    "beta_1": (0.5, 0.8),
    "beta_2": (0.9, 0.98),
}


def _floats(values):
    return np.asarray(values, "float32")


def _away_from_zero(rng, shape, low=0.5, high=2.0):
    return _floats(rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape))


def _settings(rng, settings, draw):
    drawn = {name: float(np.round(rng.uniform(*RANGES[name]), 3)) for name in draw}
    return {**(settings or {}), **drawn}


def _steps(rng, start, steps, size, long, idle):
    """Gradients for each step: of about `size`; with `long`, of a norm between 3 and 20 times `long`."""
    gradients = []
    for step in range(steps):
        row = []
        for i, value in enumerate(start):
            g = _away_from_zero(rng, value.shape) * np.float32(size)
            if long:
                g = _floats(g / np.linalg.norm(g) * long * rng.uniform(3, 20))
            quiet = i == 0 and (idle == "always" or (idle == "in between" and 0 < step < steps - 1))
            row.append(None if quiet else g)
        gradients.append(row)
    return gradients


def trajectory(
    rng,
    *,
    optimizer,
    settings=None,
    draw=(),
    variables=1,
    steps=5,
    same_shape=False,
    size=1.0,
    long=0.0,
    idle="never",
    kind="variable",
    compiled=False,
    pairs="zip",
    start=None,
    gradients=None,
):
    """Variables, and the gradients of some steps of one of the three plain optimizers.

    Args:
        optimizer: the class's name.
        settings: its arguments; `draw` names those to draw.
        variables: how many, of different shapes unless `same_shape`.
        steps: how many.
        size: of the gradients' elements, about.
        long: where not 0, every gradient's norm is between 3 and 20 times this.
        idle: when the first variable has no gradient: "never", "always", or "in between" (in all steps but the
            first and the last).
        kind: "variable" for tf.Variable, all of the same name, or "keras" for the variables of a Keras model.
        compiled: whether the step is a tf.function.
        pairs: "zip" or "list".
        start, gradients: instead of drawn ones.
    """
    if start is None:
        shapes = (VECTORS if long else SHAPES[:1] * 3 if same_shape else SHAPES)[:variables]
        start = [_away_from_zero(rng, shape) for shape in shapes]
        gradients = _steps(rng, start, steps, size, long, idle)
    return {
        "optimizer": optimizer,
        "settings": _settings(rng, settings, draw),
        "start": [_floats(value) for value in start],
        "gradients": [[None if g is None else _floats(g) for g in row] for row in gradients],
        "kind": kind,
        "compiled": compiled,
        "pairs": pairs,
    }


def descent(rng, *, optimizer, settings, steps=12, start=(-4.0, 2.0), curvature=((1.0, 0.0), (0.0, 10.0))):
    """A long bowl, 1/2 theta A theta, and a place on its wall from which to go down; nothing is drawn.

    Args:
        optimizer: the class's name.
        settings: its arguments.
        steps: how many.
        start: two numbers.
        curvature: A, symmetric.
    """
    return {
        "optimizer": optimizer,
        "settings": settings,
        "steps": steps,
        "start": _floats(start),
        "curvature": _floats(curvature),
    }


def clipped(rng, *, optimizer, clipnorm, steps):
    """As `trajectory`: one variable whose gradients are all too long, by different factors, and the steps too."""
    settings = {"lr": 0.5, "clipnorm": clipnorm}
    return trajectory(rng, optimizer=optimizer, settings=settings, steps=steps, long=clipnorm)


def clip(rng, *, shape=None, times=0.0, clipnorm=None, gradient=None):
    """A gradient whose norm is `times` the `clipnorm`, in a drawn direction."""
    if gradient is None:
        clipnorm = float(np.round(rng.uniform(1.5, 3.0), 3))  # its square and its root are others, all above 1
        g = _away_from_zero(rng, shape)
        gradient = g / np.linalg.norm(g) * times * clipnorm
    return {"gradient": _floats(gradient), "clipnorm": clipnorm}


def epochs(rng, *, passes=1, batch_size=None, full=None, rest=0, shuffle=True, holds="tuple"):
    """Rows that carry their number, so that each can be found again.

    Args:
        passes: how many epochs to walk.
        batch_size: drawn where None.
        full: how many full batches there are; drawn where None.
        rest: how many rows are left over; "some" draws it, "most" is one row less than a batch.
        shuffle: as in `Dataset`.
        holds: "tuple" or "list" of two tensors, or "lone" for one.
    """
    batch_size = batch_size or int(rng.integers(6, 9))
    full = full or int(rng.integers(9, 13))
    rest = int(rng.integers(2, batch_size - 1)) if rest == "some" else batch_size - 1 if rest == "most" else rest
    number = np.arange(batch_size * full + rest)
    x = _floats(number[:, None] + np.array([0.0, 0.25, 0.5]))  # the number is the whole part
    tensors = [x, np.asarray(1000 + number, "int32")]
    if holds == "lone":
        tensors = tensors[:1]
    return {"tensors": tensors, "holds": holds, "batch_size": batch_size, "shuffle": shuffle, "passes": passes}


def mismatch(rng, *, longer):
    """Two tensors of different lengths; `longer` is 0 or 1."""
    lengths = [int(rng.integers(12, 16))] * 2
    lengths[longer] += int(rng.integers(9, 12))
    return {"tensors": [np.zeros((n, 2), "float32") for n in lengths], "batch_size": 4}


def keras_steps(
    rng,
    *,
    settings=None,
    draw=(),
    variables=1,
    steps=5,
    same_shape=False,
    size=1.0,
    schedule=False,
    change=None,
    shuffled=False,
    rebuilt=False,
    start=None,
    gradients=None,
):
    """Steps of KerasAdam.

    Args:
        schedule: whether the learning rate is a schedule, drawn.
        change: a new learning rate for the second half of the steps.
        shuffled: whether every second step names the variables in reverse order.
        rebuilt: whether `build` is called again half-way.
        The others: as in `trajectory`.
    """
    drawn = trajectory(
        rng,
        optimizer="KerasAdam",
        settings=settings,
        draw=draw,
        variables=variables,
        steps=steps,
        same_shape=same_shape,
        size=size,
        start=start,
        gradients=gradients,
    )
    decay = None
    if schedule:
        decay = {
            "initial": float(np.round(rng.uniform(0.05, 0.1), 3)),
            "rate": float(np.round(rng.uniform(0.3, 0.6), 3)),
        }
    return {
        "settings": drawn["settings"],
        "start": drawn["start"],
        "gradients": drawn["gradients"],
        "schedule": decay,
        "change": change,
        "shuffled": shuffled,
        "rebuilt": rebuilt,
    }


def keras_config(rng, *, settings=None, draw=()):
    """An optimizer that goes to a configuration and back, and a few steps to try it on."""
    drawn = trajectory(rng, optimizer="KerasAdam", settings=settings, draw=draw, variables=2, steps=3)
    return {name: drawn[name] for name in ("settings", "start", "gradients")}


def keras_fit(rng, *, settings=None):
    """A small network and data to train it on."""
    return {"settings": settings or {}, "weights": _network(rng, (3, 4, 2)), **_data(rng, 10, 3, 2)}


keras_save = keras_fit


def _network(rng, sizes):
    """Weights of a network of dense layers, kernel and bias in turn."""
    weights = []
    for n_in, n_out in itertools.pairwise(sizes):
        weights += [_away_from_zero(rng, (n_in, n_out), 0.1, 0.6), _away_from_zero(rng, (n_out,), 0.05, 0.2)]
    return weights


def _data(rng, n, n_features, n_targets):
    x = rng.normal(size=(n, n_features))
    y = np.sin(x @ rng.normal(size=(n_features, n_targets))) + rng.normal(size=n_targets)
    return {"x": _floats(x), "y": _floats(y)}


def training(rng, *, boston=False, n_epochs=3, his_freq=1, train_batches=3, test_batches=2, lr=0.05, sizes=(3, 4, 2)):
    """A small network, batches to train on and batches to test on.

    Args:
        boston: whether the data is Boston housing, in batches of 32 (and `lr` then small); drawn otherwise.
        n_epochs, his_freq: as in `train`.
        train_batches, test_batches: how many, of drawn data.
        lr: of the plain gradient descent that the probe brings.
        sizes: of the network's layers, the inputs first; for drawn data.
    """
    inputs = {"boston": boston, "n_epochs": n_epochs, "his_freq": his_freq, "lr": lr}
    if boston:
        # positive, so that no unit is dead from the first step on
        weights = [np.abs(value) * 0.1 for value in _network(rng, (13, 4, 1))]
        return {**inputs, "batch_size": 32, "test_batch_size": 32, "weights": weights, "train": None, "test": None}
    batch_size, test_batch_size = 5, 4
    weights = _network(rng, sizes)
    cut = batch_size * train_batches
    data = _data(rng, cut + test_batch_size * test_batches, sizes[0], sizes[-1])
    train, test = ({name: rows[part] for name, rows in data.items()} for part in (slice(cut), slice(cut, None)))
    return {
        **inputs,
        "batch_size": batch_size,
        "test_batch_size": test_batch_size,
        "weights": weights,
        "train": train,
        "test": test,
    }


tracing = training


def unbuilt(rng, *, models=2, n_epochs=2):
    """As `training`, with several models that have no variables yet when they are handed over."""
    inputs = training(rng, n_epochs=n_epochs)
    return {**inputs, "weights": [_network(rng, (3, 4, 2)) for _ in range(models)]}


def experiments(rng, *, rates, boston=False, lazy=False, n_epochs=2, his_freq=1):
    """As `training`, for several learning rates and a linear model.

    Args:
        rates: the learning rates in their order, or how many to draw.
        lazy: whether the optimizer makes its state in its first step.
        The others: as in `training`.
    """
    if isinstance(rates, int):
        # no two are alike, and not in order
        rates = [float(np.round(r, 4)) for r in np.linspace(0.02, 0.1, rates) + rng.uniform(0, 0.01, rates)]
        rates = rates[1:] + rates[:1]
    inputs = training(rng, boston=boston, n_epochs=n_epochs, his_freq=his_freq, sizes=(3, 2))
    return {**inputs, "rates": rates, "lazy": lazy}
