"""How the inputs of a test are drawn: pure NumPy, `(rng, **choices) -> inputs`, one function a probe.

All that is random comes from `rng`. Sizes are all different and above 1, so that a swapped axis shows; a case that
is given its numbers draws nothing.
"""

import itertools

import numpy as np

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "swish", "softplus")


def _floats(values, dtype="float32"):
    return np.asarray(values, dtype)


def _numbers(rng, shape, low=0.3, high=1.5):
    """Numbers of either sign that stay away from 0."""
    return _floats(rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape))


def _sizes(rng, count, low=2, high=9):
    """Different sizes, each above 1."""
    return [int(n) for n in rng.permutation(np.arange(low, high))[:count]]


def _either_side(sums):
    """What to add to each column so that 0 lies in the middle of its widest gap: an activation makes a difference
    there, and no rounding does."""
    ordered = np.sort(sums, axis=0)
    below = np.argmax(np.diff(ordered, axis=0), axis=0)[None]
    edges = [np.take_along_axis(ordered, below + i, axis=0)[0] for i in (0, 1)]
    return _floats(-(edges[0] + edges[1]) / 2)


def _bias(kind, value=None):
    return [] if kind == "LinearRegression" else [_floats(value)]


def model_variables(rng, *, kind, num_parameters=None):
    """How many parameters to make a model with.

    Args:
        kind: "LinearRegression" or "LinearRegressionV2".
        num_parameters: drawn where None.
    """
    return {"kind": kind, "num_parameters": num_parameters or int(rng.integers(3, 9))}


model_start = model_variables


def predictions(rng, *, kind, x=None, weights=None):
    """A model's weights, and rows to predict for; drawn where they are not given."""
    if x is None:
        n, d = _sizes(rng, 2, low=3)
        x, weights = _numbers(rng, (n, d)), [_numbers(rng, (d, 1)), *_bias(kind, _numbers(rng, (1,)))]
    return {"kind": kind, "x": _floats(x), "weights": [_floats(value) for value in weights]}


def fitted(rng, *, kind, epochs=4, x=None, y=None, weights=None):
    """As `predictions`, with targets, and the settings of `compile` and `fit`."""
    inputs = predictions(rng, kind=kind, x=x, weights=weights)
    if y is None:
        y = _numbers(rng, (len(inputs["x"]), 1))
    return {**inputs, "y": _floats(y), "epochs": epochs, "learning_rate": 0.1}


def steps(rng, *, turns=4, rows=None, targets=None, frozen=False, biased=True, given=None):
    """A model, a batch, and how often to step.

    Args:
        turns: how many steps.
        rows: how many the batch has; drawn where None.
        targets: how many numbers a prediction has; drawn where None.
        frozen: whether the model has a weight that is not trainable.
        biased: whether it has a bias.
        given: a dictionary with `x`, `y` and `weights`, instead of drawn ones.
    """
    if given:
        inputs = {"x": _floats(given["x"]), "y": _floats(given["y"]), "weights": [_floats(w) for w in given["weights"]]}
    else:
        n, d, o = _sizes(rng, 3)
        n, o = rows or n, targets or o
        inputs = {"x": _numbers(rng, (n, d)), "y": 4 * _numbers(rng, (n, o)), "weights": [_numbers(rng, (d, o))]}
        if biased:
            inputs["weights"].append(_numbers(rng, (o,)))
    scale = [_numbers(rng, (inputs["x"].shape[1],))] if frozen else []
    return {"models": [{"weights": inputs.pop("weights"), "frozen": scale}], "order": [0] * turns, **inputs}


def interleaved(rng, *, order):
    """Three models of different form that take turns on one batch: without a bias, with one, with a hidden layer.

    Args:
        order: which model's turn it is, by its number.
    """
    n, d, o, h = _sizes(rng, 4)
    weights = (
        [_numbers(rng, (d, o))],
        [_numbers(rng, (d, o)), _floats([100.0] * o)],
        [_numbers(rng, (d, h)), _numbers(rng, (h,)), _numbers(rng, (h, o)), _numbers(rng, (o,))],
    )
    models = [{"weights": list(values), "frozen": []} for values in weights]
    return {"models": models, "order": list(order), "x": _numbers(rng, (n, d)), "y": 4 * _numbers(rng, (n, o))}


tests = steps
tested = interleaved


def layer_life(rng, *, use_bias=True, sizes=None):
    """Sizes of a layer: rows, numbers in, units."""
    return {"sizes": sizes or _sizes(rng, 3), "use_bias": use_bias}


def layer_output(rng, *, use_bias=True, activation="linear", lead=None, given=None):
    """A layer's weights, and data for it.

    Args:
        use_bias, activation: the layer's arguments.
        lead: how many leading axes the data have.
        given: a dictionary with `x`, `kernel` and `bias`, instead of drawn ones.
    """
    if given:
        inputs = {name: _floats(given[name]) for name in ("x", "kernel", "bias")}
    else:
        d, units, *leading = _sizes(rng, 2 + (lead or 1))
        inputs = {
            "x": _numbers(rng, (*leading, d)),
            "kernel": _numbers(rng, (d, units)),
            "bias": _numbers(rng, (units,)),
        }
    return {**inputs, "use_bias": use_bias, "activation": activation}


def layer_dtype(rng):
    """As `layer_output`, in float64."""
    inputs = layer_output(rng)
    return {name: _floats(inputs[name], "float64") for name in ("x", "kernel", "bias")}


def layer_model(rng):
    """Two sets of weights for a model of two layers, and data for it."""
    n, d, h, o = _sizes(rng, 4)
    shapes = ((d, h), (h,), (h, o), (o,))
    return {"x": _numbers(rng, (n, d)), "weights": [[_numbers(rng, shape) for shape in shapes] for _ in range(2)]}


def collapsed(rng, *, depth=2, biases="all", layers=None):
    """A chain of linear layers.

    Args:
        depth: how many.
        biases: which layers have one: "all", "none" or "last".
        layers: lists of kernel and bias (or None), instead of drawn ones.
    """
    if layers is None:
        sizes = _sizes(rng, depth + 1)
        layers = []
        for i, (before, after) in enumerate(itertools.pairwise(sizes)):
            has = biases == "all" or (biases == "last" and i == depth - 1)
            layers.append([_numbers(rng, (before, after)), _numbers(rng, (after,)) if has else None])
    return {"layers": [[_floats(kernel), None if bias is None else _floats(bias)] for kernel, bias in layers]}


def not_collapsible(rng, *, depth, at, activation):
    """As `collapsed`, with an activation in one of the layers.

    Args:
        depth: how many layers.
        at: which one, counted from 0.
        activation: its name.
    """
    return {**collapsed(rng, depth=depth), "at": at, "activation": activation}


def activation(rng, *, name, where, x=None, dtype="float32"):
    """Points at which to look at one activation.

    Args:
        name: which one.
        where: "middle" (drawn, up to 4, away from 0), "far" (20 to 1000, both signs), "zero", "tiny" (drawn, where
            the answer is small), or "given". None is a whole number from 1 to 999: where a function is put together
            from pieces, that is where they meet.
        x: the points, where they are given.
        dtype: of the points.
    """
    settings = {}
    if where == "middle":
        either = np.array([-1.0, 1.0])  # of 0, some nearer to it than 1 and some further
        near, away = rng.uniform(0.1, 0.9, 2) * either, rng.uniform(1.1, 4.0, 2) * either
        x = np.sort([*near, *away, *_numbers(rng, (int(rng.integers(2, 6)),), 0.1, 4.0)])
    elif where == "far":
        x = [-1000.0, -100.4, -20.4, 20.4, 100.4, 1000.0]
        x += [sign * (rng.integers(low, high) + 0.4) for sign in (-1, 1) for low, high in ((25, 95), (105, 900))]
    elif where == "zero":
        x = [0.0]
    elif where == "tiny":
        near = rng.uniform(1e-6, 1e-5, 3)
        low = -rng.uniform(15, 25, 3)
        x = low if name in ("sigmoid", "softplus") else -near if name == "elu" else [*near, *-near]
    if name == "leaky_relu" and where in ("middle", "far"):
        settings = {"negative_slope": float(np.round(rng.uniform(0.3, 0.6), 3))}
    return {"name": name, "x": _floats(x, dtype), "settings": settings, "magnified": where == "tiny"}


def soft(rng, *, axis=None, kind="near", dtype="float32", shape=None, x=None):
    """Logits for a softmax, and weights for the sum whose gradient is taken.

    Args:
        axis: the argument; left out where None.
        kind: "near" (a few units apart), "large" (all near 950), "apart" (some rows near -900, others near 900) or
            "lone" (one number of a row hundreds above the others).
        dtype: of the logits.
        shape: drawn where None; with an axis there are three.
        x: the logits, instead of drawn ones.
    """
    if x is None:
        shape = shape or _sizes(rng, 2 if axis is None else 3)
        x = rng.uniform(-3, 3, shape)
        along = -1 if axis is None else axis
        if kind == "large":
            x = x + 950.0
        elif kind == "apart":
            x = x + np.linspace(-900, 900, shape[0]).reshape(-1, *[1] * (len(shape) - 1))
        elif kind == "lone":
            first = [slice(None)] * len(shape)
            first[along] = 0
            x[tuple(first)] += float(np.round(rng.uniform(600, 990)))
    x = _floats(x, dtype)
    return {"x": x, "weights": _floats(rng.uniform(0.5, 1.5, x.shape), dtype), "axis": axis}


def chain(rng, *, depth=3, given=None):
    """The kernels of some layers without a bias, each followed by a tanh, and data for them.

    Args:
        depth: how many; all have as many units as inputs.
        given: a dictionary with `x` and `kernels`, instead of drawn ones.
    """
    if given:
        return {"x": _floats(given["x"]), "kernels": [_floats(kernel) for kernel in given["kernels"]]}
    n, d = _sizes(rng, 2, low=3)
    return {"x": _numbers(rng, (n, d)), "kernels": [_numbers(rng, (d, d)) for _ in range(depth)]}


def network(rng, *, hidden, settings=None, same=False, as_int=False, given=None):
    """A multilayer perceptron: its arguments, weights for it, and data.

    Args:
        hidden: how many hidden layers.
        settings: further arguments.
        same: whether inputs and hidden layers all have the same size.
        as_int: whether the one hidden layer is given by a number.
        given: a dictionary with `x` and `weights`, instead of drawn ones.
    """
    if given:
        x, weights = _floats(given["x"]), [_floats(value) for value in given["weights"]]
        units, targets = [kernel.shape[1] for kernel in weights[:-2:2]], weights[-1].shape[0]
    else:
        n, d, targets, *units = _sizes(rng, 3 + hidden, high=11)
        units = [d] * hidden if same else units
        x, weights = _numbers(rng, (n, d)), []
        rows = x
        for before, after in itertools.pairwise([d, *units, targets]):
            kernel = _numbers(rng, (before, after))
            bias = _either_side(rows @ kernel)
            rows = np.maximum(rows @ kernel + bias, 0)
            weights += [kernel, bias]
    return {
        "x": x,
        "weights": weights,
        "units": units[0] if as_int else units,
        "targets": targets,
        "settings": settings or {},
    }


def network_follows(rng):
    """As `network`, with a second set of weights."""
    inputs = network(rng, hidden=1)
    return {**inputs, "others": [_numbers(rng, value.shape) for value in inputs["weights"]]}


network_variables = network


def boston(rng):
    """Nothing: the data are in the course's file."""
    return {}


def training(rng, *, n_epochs, his_freq=1, boston=False, models=1):
    """Data, the weights of networks, and the arguments of `train`.

    Args:
        n_epochs, his_freq: arguments of `train`; his_freq None leaves it out.
        boston: whether the data are those of Boston housing; the network is then such that its hidden units die in
            the first step, as they do in the lesson.
        models: how many networks are trained, one after the other.
    """
    inputs = {"n_epochs": n_epochs, "his_freq": his_freq, "boston": boston}
    if boston:
        d, h, o = 13, 4, 1
        kernel, last = rng.uniform(0.01, 0.05, (d, h)), rng.uniform(0.5, 1.0, (h, o))
        inputs["weights"] = [[_floats(kernel), np.zeros(h, "float32"), _floats(last), np.zeros(o, "float32")]]
        return inputs
    n, m, d, h, o = _sizes(rng, 5, low=3, high=12)
    n += 12
    shapes = ((d, h), (h,), (h, o), (o,))
    inputs["weights"] = [[_numbers(rng, shape) for shape in shapes] for _ in range(models)]
    inputs["data"] = [  # what all targets have in common is learned first, so that every step lowers the test loss
        _numbers(rng, (n, d)),
        4 * _numbers(rng, (n, o)) + 6,
        _numbers(rng, (m, d)),
        4 * _numbers(rng, (m, o)) + 6,
    ]
    return inputs


unbuilt = training
train_tracing = training
