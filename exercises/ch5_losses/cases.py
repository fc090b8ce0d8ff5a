"""How the inputs of a test are drawn: pure NumPy, `(rng, **choices) -> inputs`, one function a probe.

All that is random comes from `rng`; arrays that are given are used as they are. Sizes are all different and above 1,
so that a swapped axis shows. No error is near a kink (0, or Huber's delta) unless the case is about it.
"""

import numpy as np


def _sizes(rng, count):
    return [int(n) for n in rng.permutation([2, 3, 4, 5, 6])[:count]]


def _away(rng, shape, low, high):
    """Numbers between low and high, of either sign."""
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _labels(rng, shape, soft=False):
    """Zeros and ones, of each at least one; or anything in between."""
    if soft:
        return rng.uniform(0.1, 0.9, shape)
    y = rng.integers(0, 2, int(np.prod(shape)))
    y[:2] = 0, 1
    return y.reshape(shape)


def _distributions(rng, shape):
    """Positive numbers that add up to 1 along the last axis."""
    p = rng.uniform(0.2, 1.0, shape)
    return p / p.sum(-1, keepdims=True)


def _arrays(dtype, **arrays):
    return {name: np.asarray(values, dtype) for name, values in arrays.items()}


def regression(rng, *, function, errors="ordinary", rank=2, delta=None, dtype="float32", y_true=None, y_pred=None):
    """Targets and predictions for one of the losses for regression.

    Args:
        function: its name.
        errors: "ordinary" ones; "both" sides of delta; "huge" ones, near 1000; "zero" for some that are exactly 0.
        rank: how many axes.
        delta: for `huber`; "drawn" draws one; None leaves it out.
        y_true, y_pred: instead of drawn ones.
    """
    if delta == "drawn":
        delta = float(np.round(rng.uniform(2.0, 3.0), 2))
    if y_true is None:
        shape = _sizes(rng, rank)
        y_true = np.round(_away(rng, shape, 0.5, 2.0), 2)
        e = _away(rng, shape, 0.2, 0.9)
        if errors == "both":
            e = e * (delta or 1.0)
            e = np.where(np.arange(e.size).reshape(shape) % 2, e, 1.4 * e + np.sign(e) * (delta or 1.0))
        if errors == "huge":
            e = _away(rng, shape, 900.0, 1100.0)
        if errors == "zero":
            e = np.where(np.arange(e.size).reshape(shape) % 2, e, 0.0)
        y_pred = y_true + e
    settings = {} if delta is None else {"delta": delta}
    return {"function": function, "settings": settings, **_arrays(dtype, y_true=y_true, y_pred=y_pred)}


def binary(rng, *, logits=False, kind="ordinary", soft=False, rank=2, dtype="float32", y_true=None, y_pred=None):
    """Labels, and probabilities or logits.

    Args:
        logits: whether `y_pred` holds logits.
        kind: "ordinary" ones; "edges": probabilities 0, 1 and very near them, or logits of about 1000, each with either
            label; "zero": logits of exactly 0 among others.
        soft: whether labels lie between 0 and 1.
        rank: how many axes.
    """
    if y_true is None:
        shape = _sizes(rng, rank)
        y_true = _labels(rng, shape, soft)
        y_pred = _away(rng, shape, 0.3, 4.0) if logits else rng.uniform(0.05, 0.95, shape)
        if kind == "edges":
            large = rng.uniform(900.0, 1100.0, 4) * [1.0, -1.0, 1.0, -1.0]
            edges = rng.permutation(large) if logits else np.array([0.0, 1.0, 1e-6, 1.0 - 1e-6])
            y_pred, y_true = np.stack([edges, edges]), np.array([[0.0] * 4, [1.0] * 4])
        if kind == "zero":
            y_pred = np.where(np.arange(y_pred.size).reshape(shape) % 2, y_pred, 0.0)
    return {"from_logits": logits, **_arrays(dtype, y_true=y_true, y_pred=y_pred)}


def _logits(rng, shape, kind):
    """Logits for samples: "ordinary"; "huge", from -1000 to 1000 in each sample; "apart", samples far apart."""
    z = _away(rng, shape, 0.2, 3.0)
    if kind == "huge":
        z = np.round(rng.permuted(np.broadcast_to(np.linspace(-1000, 1000, shape[-1]), shape), axis=-1) + z, 2)
    if kind == "apart":
        z = np.round(z + 1000.0 * (np.arange(shape[0]) - 1).reshape([-1] + [1] * (len(shape) - 1)), 2)
    return z


def categorical(rng, *, kind="ordinary", soft=False, smoothing=None, rank=2, dtype="float32", y_true=None, logits=None):
    """Targets as distributions, and logits.

    Args:
        kind: of logits, see `_logits`.
        soft: whether targets are distributions without zeros; one-hot otherwise.
        smoothing: the label smoothing; "drawn" draws one; None leaves it out.
        rank: how many axes.
    """
    if smoothing == "drawn":
        smoothing = float(np.round(rng.uniform(0.1, 0.4), 2))
    if y_true is None:
        shape = [*_sizes(rng, rank - 1), 7]
        logits = _logits(rng, shape, kind)
        classes = rng.integers(0, 7, shape[:-1])
        if kind == "huge":  # one sample's class is not its likeliest, so that it costs something; another's is
            classes.flat[:2] = np.argsort(logits, axis=-1).reshape(-1, 7)[[0, 1], [3, 6]]
        y_true = _distributions(rng, shape) if soft else np.eye(7)[classes]
    settings = {} if smoothing is None else {"label_smoothing": smoothing}
    return {"settings": settings, **_arrays(dtype, y_true=y_true, logits=logits)}


def sparse(rng, *, kind="ordinary", rank=2, labels_dtype="int32", dtype="float32", labels=None, logits=None):
    """Class numbers and logits; `kind` and `rank` are the logits'."""
    if labels is None:
        shape = [*_sizes(rng, rank - 1), 7]
        logits = _logits(rng, shape, kind)
        labels = rng.integers(0, 7, shape[:-1])
        if kind == "huge":  # the least likely class of each sample: its loss is the largest there is
            labels = np.argmin(logits, axis=-1)
    return {**_arrays(labels_dtype, labels=labels), **_arrays(dtype, logits=logits)}


def divergence(rng, *, zeros=False, rank=2, dtype="float32", p=None, q=None):
    """Two distributions for each sample; with `zeros`, p is 0 in places where q is not."""
    if p is None:
        shape = [*_sizes(rng, rank - 1), 7]
        p, q = _distributions(rng, shape), _distributions(rng, shape)
        if zeros:
            p = p * (np.arange(p.size).reshape(shape) % 3 > 0)
            p = p / p.sum(-1, keepdims=True)
    return _arrays(dtype, p=p, q=q)


def focal(rng, *, gamma=None, huge="no", rank=2, dtype="float32", y=None, logits=None):
    """Labels and logits.

    Args:
        huge: "no"; "both" for logits of about 1000, each with either label; "right" for such with the right label only.
        gamma: "drawn" draws one; None leaves it out.
    """
    if gamma == "drawn":
        gamma = float(np.round(rng.uniform(0.6, 1.6), 2))
    if y is None:
        shape = _sizes(rng, rank)
        y, logits = _labels(rng, shape), _away(rng, shape, 0.3, 3.0)
        if huge != "no":
            logits = np.stack([_away(rng, [5], 900.0, 1100.0)] * 2)
            logits[:, 0], logits[:, 1] = 950.0, -950.0
            y = np.array([[0.0] * 5, [1.0] * 5]) if huge == "both" else logits > 0
    settings = {} if gamma is None else {"gamma": gamma}
    return {"settings": settings, **_arrays(dtype, y=y, logits=logits)}


def hinge(rng, *, rank=2, dtype="float32", y=None, score=None):
    """Labels and scores, on all sides of the margin."""
    if y is None:
        shape = _sizes(rng, rank)
        # labels and scores in all combinations, cyclically, then in a drawn order
        order = rng.permutation(int(np.prod(shape)))
        y = (order % 2).reshape(shape)
        size = np.array([0.2, 0.5, 0.8, 1.3, 1.9, 2.6])[(order // 4) % 6]
        score = (size * np.where(order // 2 % 2, 1.0, -1.0)).reshape(shape) + rng.uniform(-0.1, 0.1, shape)
    return _arrays(dtype, y=y, score=score)


def reduced(
    rng,
    *,
    reduction="mean",
    weighted=False,
    masked="no",
    rank=2,
    square=False,
    hole=None,
    dtype="float32",
    values=None,
    sample_weight=None,
    mask=None,
):
    """Losses to be reduced.

    Args:
        reduction: which.
        weighted: whether there is a weight for each sample.
        masked: "no" mask; "some" elements; "all" of them.
        rank: how many axes.
        square: whether the first two sizes are equal.
        hole: what stands where the mask is False: "nan", "inf", or None for numbers like all others.
    """
    if values is None:
        shape = _sizes(rng, rank)
        if square:
            shape[1] = shape[0]
        values = rng.uniform(0.5, 4.0, shape)
        if weighted:
            sample_weight = np.round(rng.uniform(0.3, 3.0, shape[0]), 2)
        if masked != "no":
            there = rng.permutation(values.size).reshape(shape) % 3 > 0
            mask = there if masked == "some" else np.zeros(shape, bool)
            if hole:
                values = np.where(mask, values, np.nan if hole == "nan" else np.inf)
    inputs = {"reduction": reduction, **_arrays(dtype, values=values)}
    inputs["sample_weight"] = None if sample_weight is None else np.asarray(sample_weight, dtype)
    inputs["mask"] = None if mask is None else np.asarray(mask, bool)
    return inputs


def differences(rng, *, function, rank=1, h=None, x=None):
    """A point, and the numbers that make the function.

    Args:
        function: which of those in `probes.differences`.
        rank: how many axes x has; 0 for a scalar.
        h: "drawn" draws a long one; None leaves it out.
    """
    if h == "drawn":
        h = float(np.round(rng.uniform(0.2, 0.6), 2))
    if x is None:
        x = _away(rng, _sizes(rng, rank), 0.4, 1.6)
    x = np.asarray(x, "float64")
    return {
        "function": function,
        "settings": {} if h is None else {"h": h},
        "x": x,
        "a": rng.uniform(0.5, 2.0, x.shape),
    }


def _errors(rng, delta):
    """Targets [n, d] and predictions whose errors lie on both sides of delta."""
    drawn = regression(rng, function="huber", errors="both", delta=delta)
    return {name: drawn[name] for name in ("y_true", "y_pred")}


def loss_object(rng, *, delta=None, weighted=False, settings=None, y_true=None, y_pred=None, sample_weight=None):
    """Targets, predictions, perhaps weights, and the arguments of a `HuberLoss`; `delta` may be "drawn"."""
    if delta == "drawn":
        delta = float(np.round(rng.uniform(2.0, 3.0), 2))
    if y_true is None:
        arrays = _errors(rng, delta)
        if weighted:
            sample_weight = np.round(rng.uniform(0.3, 3.0, len(arrays["y_true"])), 2)
    else:
        arrays = _arrays("float32", y_true=y_true, y_pred=y_pred)
    arguments = {**(settings or {}), **({} if delta is None else {"delta": delta})}
    weight = None if sample_weight is None else np.asarray(sample_weight, "float32")
    return {"arguments": arguments, **arrays, "sample_weight": weight}


loss_config = loss_object


def loss_fit(rng, *, delta=None):
    """Data, weights of a linear model, and the arguments of a `HuberLoss`; errors lie on both sides of delta."""
    x = rng.normal(size=(12, 3))
    kernel, bias = _away(rng, (3, 2), 0.2, 0.8), _away(rng, (2,), 0.1, 0.3)
    y = x @ kernel + bias + _away(rng, (12, 2), 0.1, 6.0)
    arguments = {} if delta is None else {"delta": delta}
    return {
        "arguments": arguments,
        "weights": [np.asarray(w, "float32") for w in (kernel, bias)],
        **_arrays("float32", x=x, y=y),
    }


loss_save = loss_fit


def likelihood(rng, *, function, best=False, y=None, parameters=None):
    """Data, and parameters of a distribution: one for each element, or (`best`) the likeliest for all of them.

    For `laplace_nll` the number of elements is then even and the location is between the two middle ones: there the
    gradient is exactly 0, and no element lies on the kink.
    """
    counts = function == "poisson_nll"
    if y is None:
        n = 2 * int(rng.integers(5, 9))
        y = rng.integers(0, 9, n) if counts else np.round(rng.normal(1.5, 2.0, n) + _away(rng, n, 0.5, 1.0), 2)
        if counts:
            y[0] = 3  # not all zeros
            parameters = [np.log(y.mean())] if best else [rng.uniform(-1.0, 1.5, n)]
        elif not best:
            parameters = [y + _away(rng, n, 0.4, 2.0), _away(rng, n, 0.2, 1.2)]
        elif function == "gaussian_nll":
            parameters = [y.mean(), np.log(y.var())]
        else:
            y = np.arange(n) * 0.7 + rng.uniform(0.0, 0.5, n)  # no two are equal
            parameters = [np.median(y), np.log(np.abs(y - np.median(y)).mean())]
            y = rng.permutation(y)
    return {
        "function": function,
        **_arrays("float32", y=y),
        "parameters": [np.asarray(p, "float32") for p in parameters],
    }


def line(rng, *, loss="squares", lr=0.05, steps=6, outliers=True, x=None, y=None):
    """Points along a line, some far off it.

    Args:
        loss: which of those in `probes.line`.
        lr, steps: as in `fit_line`.
    """
    if x is None:
        n = int(rng.integers(9, 14))
        x = rng.uniform(-1.5, 1.5, (n, 1))
        w, b = _away(rng, 2, 0.6, 2.0)
        y = w * x + b + rng.normal(0.0, 0.2, (n, 1))
        if outliers:
            y[:2] += 8.0
    return {"loss": loss, "lr": lr, "steps": steps, **_arrays("float32", x=x, y=y)}


def unknown_reduction(rng, *, reduction):
    """Some losses, and a reduction that there is not."""
    return {"values": np.asarray(rng.uniform(0.5, 4.0, 3), "float32"), "reduction": reduction}
