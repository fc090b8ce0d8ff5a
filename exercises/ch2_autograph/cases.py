"""How the inputs of a test are drawn: pure NumPy, `(rng, **choices) -> inputs`, one function a probe.

All that is random comes from `rng`. How often something runs, how many different arguments there are, 1 and 2 are
always different numbers, so that a wrong count shows.
"""

import numpy as np

DTYPES = {"float32": np.float32, "float64": np.float64}


def _draw(rng, low, high, digits=3):
    return float(np.round(rng.uniform(low, high), digits))


def _values(rng, shape, dtype="float32"):
    """Away from 0, of both signs."""
    return np.asarray(rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape), dtype)


def iterate(rng, *, n=None, x=None, slope=None, shift=None, shape=(), dtype="float32"):
    """Calls of `iterate`: step(x) = slope * x + shift.

    Args:
        n: how often, one for each call; four different ones from 3 to 8 where None.
        x, slope, shift: instead of drawn ones.
        shape, dtype: of x.
    """
    if n is None:
        n = [int(i) for i in rng.permutation(np.arange(3, 9))[:4]]
    if x is None:
        x = _values(rng, (len(n), *shape), dtype)
    return {
        "n": list(n),
        "x": np.asarray(x, dtype),
        "slope": _draw(rng, 0.7, 0.9) if slope is None else slope,
        "shift": _draw(rng, 0.5, 2.0) if shift is None else shift,
    }


def choose(rng, *, preds=None, x=None, on_true=None, on_false=None, shape=(), dtype="float32"):
    """Calls of `choose`: each branch is a line, given by slope and shift; more are true than false."""
    if preds is None:
        false = int(rng.integers(3, 5))
        preds = [bool(p) for p in rng.permutation([True] * (false + int(rng.integers(2, 4))) + [False] * false)]
    if x is None:
        x = _values(rng, (len(preds), *shape), dtype)
    return {
        "preds": list(preds),
        "x": np.asarray(x, dtype),
        "on_true": on_true or [_draw(rng, 1.5, 2.5), _draw(rng, 1.0, 2.0)],
        "on_false": on_false or [_draw(rng, -2.5, -1.5), _draw(rng, 3.0, 4.0)],
    }


def bisect(rng, *, rising=True, halvings=None, tol=0.01, intervals=None):
    """Intervals with a root each, of f(t) = sign * ((t - root) + bend * (t - root)^3).

    No middle comes near a root, and no width near `tol`: rounding decides nothing.

    Args:
        rising: whether f goes up.
        halvings: how many each interval takes; three different ones from 5 to 9 where None.
        tol: as in `bisect`.
        intervals: instead of drawn ones, each [lo, hi, root].
    """
    if intervals is None:
        if halvings is None:
            halvings = rng.permutation(np.arange(5, 10))[:3]
        intervals = []
        for count in halvings:
            width = tol * 2.0**count * rng.uniform(0.6, 0.9)
            lo = rng.uniform(1, 2) * (-1) ** len(intervals)  # below 0 too
            part = (int(rng.integers(0, 2**count)) + 1 / 3) / 2**count
            intervals.append([lo, lo + width, lo + width * part])
    return {
        "sign": 1.0 if rising else -1.0,
        "bend": _draw(rng, 0.1, 0.5),
        "intervals": [
            {"lo": float(lo), "hi": float(hi), "root": float(root), "tol": tol} for lo, hi, root in intervals
        ],
    }


def _py(value):
    return ["py", value]


def _array_like(kind, dtype, shape):
    return [kind, dtype, list(shape)]


def _pool(rng, about):
    """Calls that are easily confused, all of them about one thing."""
    dtype = str(rng.choice(["float32", "float64", "int32"]))
    other = {"float32": "float64", "float64": "int32", "int32": "float32"}[dtype]
    n, m = (int(i) for i in rng.permutation(np.arange(2, 6))[:2])
    first = int(rng.integers(0, 2))
    x = _array_like("tensor", dtype, [n])

    def calls(*arguments):
        return [[[argument], {}] for argument in arguments]

    if about == "values":
        second = int(rng.integers(2, 6))
        numbers = [first, float(first), bool(first), second, float(second), "a", "b"]
        return calls(*map(_py, numbers))
    if about == "dtypes":
        return calls(x, _array_like("tensor", other, [n]))
    if about == "shapes":
        shapes = [[n], [m], [n, m], [m, n], [n, 1], []]
        return calls(*(_array_like("tensor", dtype, shape) for shape in shapes))
    if about == "defaults":
        y, z = _py(2), _py(3)
        return [
            [[x], {}],
            [[x, y], {}],
            [[x], {"y": y}],
            [[x], {"z": z}],
            [[], {"x": x}],
            [[x, y, z], {}],
            [[x], {"z": z, "y": y}],
            [[x, _py(5)], {}],
            [[x], {"z": _py(5)}],
        ]
    if about == "numpy":
        return calls(*(_array_like(kind, dtype, [n]) for kind in ("tensor", "numpy")))
    if about == "variables":
        return calls(*(_array_like(kind, dtype, [n]) for kind in ("tensor", "variable")))
    if about == "containers":
        parts = [_py(first), x]
        return calls(*([kind, parts[:count]] for kind in ("list", "tuple") for count in (1, 2)))
    raise ValueError(about)


def predict(rng, *, about=None, sequences=None, how_many=12, length=8):
    """Sequences of calls of f(x, y=2, z=3).

    Args:
        about: what they are about: "values", "dtypes", "shapes", "defaults", "numpy", "variables" or "containers".
        sequences: instead of drawn ones.
        how_many: sequences, each of `length` calls.
    """
    if sequences is None:
        sequences = []
        for _ in range(how_many):
            pool = _pool(rng, about)
            sequences.append([pool[int(i)] for i in rng.integers(0, len(pool), length)])
    return {"sequences": sequences}


def _lengths(rng, calls, different):
    """Lengths of which so many are different, from 3 on, in a drawn order; the first comes again."""
    chosen = [int(i) for i in rng.permutation(np.arange(3, 10))[:different]]
    more = [chosen[int(i)] for i in rng.integers(0, different, calls - different - 1)]
    return [*chosen, chosen[0], *more]


def one_graph(
    rng, *, lengths=None, widths=None, factor=None, calls=7, different=4, own_lengths=False, ones=False, dtype="float32"
):
    """Calls of a OneGraph; its first argument times a factor, plus the means of the others.

    Args:
        lengths: of the first argument in each call; drawn where None, `calls` of them, some of them `different`.
        widths: of each argument, None for a vector; one argument, its width drawn, where None.
        factor: instead of a drawn one.
        own_lengths: whether the other arguments have lengths of their own.
        ones: whether all values are 1.
        dtype: of all arguments.
    """
    lengths = lengths or _lengths(rng, calls, different)
    widths = widths or [int(rng.integers(2, 5))]

    def draw(length, width):
        shape = (length,) if width is None else (length, width)
        return np.ones(shape, dtype) if ones else _values(rng, shape, dtype)

    def call(length):
        others = [length + 1 + int(rng.integers(1, 5)) if own_lengths else length for _ in widths[1:]]
        return [draw(n, width) for n, width in zip([length, *others], widths, strict=True)]

    return {
        "examples": call(lengths[0]),
        "calls": [call(length) for length in lengths],
        "factor": factor or _draw(rng, 1.5, 3.0),
    }


def one_graph_refuses(rng, *, wrong="width", width=None):
    """An example, an argument that fits it, and one with another width or dtype."""
    width = width or int(rng.integers(2, 5))
    n, m = 3, 5
    other = _values(rng, (n, width + 2)) if wrong == "width" else _values(rng, (n, width), "float64")
    return {
        "examples": [_values(rng, (n, width))],
        "calls": [[_values(rng, (m, width))], [other]],
        "factor": _draw(rng, 1.5, 3.0),
    }


def factory(rng, *, calls=None, kind="lengths", factories=1, tensors=True):
    """Calls of GraphFactory.

    Args:
        calls: shapes, each with a dtype in front, as in ["float32", 3, 2]; drawn where None.
        kind: what is drawn: "lengths" (the first axis changes, one array comes twice), "widths" (the last axis does),
            "dtypes" (two dtypes, two ranks), "axes" (first one axis changes, then the other).
        factories: how many, each with a function of its own.
        tensors: whether the calls hand over tensors, not arrays.
    """
    same = []
    if calls is None:
        a, b, c, d = (int(i) for i in rng.permutation(np.arange(3, 10))[:4])
        w, v = (int(i) for i in rng.permutation(np.arange(2, 6))[:2])
        shapes = {
            "lengths": [(a, w), (b, w), (c, w), (a, w), (d, w), (b, w), (c, w)],
            "widths": [(a, b, w), (a, c, w), (a, d, w), (a, b, w)],
            "axes": [(a, w), (a, v), (b, w), (c, v), (a, w)],
            "dtypes": [(a, w), (b, w), (a, w), (b, w), (a,), (a,), (c, w)],
        }[kind]
        dtypes = ["float32"] * len(shapes)
        if kind == "dtypes":
            dtypes[1:3] = ["float64"] * 2
        calls = [[dtype, *shape] for dtype, shape in zip(dtypes, shapes, strict=True)]
        same = [3] if kind == "lengths" else []
    arrays = [_values(rng, tuple(shape), dtype) for dtype, *shape in calls]
    for i in same:
        arrays[i] = arrays[0].copy()  # the very same values again
    factors = [_draw(rng, 1.5 + k, 2.0 + k) for k in range(factories)]
    return {"calls": arrays, "factors": factors, "tensors": tensors}


def average(
    rng, *, decays=None, x=None, steps=5, change=False, changes=None, compiled=False, instances=1, dtype="float32"
):
    """What moving averages are fed; the second instance gets twice what the first gets.

    Args:
        decays: one for each instance; drawn, `instances` of them, where None.
        x: what is fed; drawn, `steps` of it, where None.
        change: whether the decay is changed, twice, on the way; or `changes`, pairs [before which x, to what].
        compiled: whether the instances are called inside another `tf.function`.
        dtype: of x.
    """
    if change:
        changes = [[2, _draw(rng, 0.2, 0.4)], [4, _draw(rng, 0.5, 0.7)]]
    shape = (int(rng.integers(2, 5)), int(rng.integers(5, 7)))
    changes = changes or []
    return {
        "decays": decays or [_draw(rng, 0.3 + 0.3 * k, 0.5 + 0.3 * k) for k in range(instances)],
        "x": [_values(rng, shape, dtype) for _ in range(steps)] if x is None else [np.asarray(v, dtype) for v in x],
        "changes": {"at": [at for at, _ in changes], "to": [to for _, to in changes]},
        "compiled": compiled,
    }


def scan(rng, *, lengths=None, s=None, xs=None, coefficients=None, dtype="float32"):
    """Calls of `scan`: step(s, x) = a * s + b * x + c.

    Args:
        lengths: how many rows each call has; three different ones from 3 to 7 where None.
        s, xs, coefficients: instead of drawn ones; `xs` has the rows of each call.
        dtype: of states and rows.
    """
    d = int(rng.integers(2, 5)) if s is None else len(s)
    if xs is None:
        lengths = [int(i) for i in rng.permutation(np.arange(3, 8))[:3]] if lengths is None else lengths
        xs = [_values(rng, (n, d), dtype) for n in lengths]
    return {
        "s": _values(rng, d, dtype) if s is None else np.asarray(s, dtype),
        "xs": [np.asarray(rows, dtype).reshape(-1, d) for rows in xs],
        "coefficients": coefficients or [_draw(rng, 0.6, 0.9), _draw(rng, 0.5, 1.5), _draw(rng, 0.3, 0.6)],
    }


def host_call(rng, *, x=None, calls=4, slope=None, shift=None):
    """Vectors for a NumPy function that sorts them, times a slope, plus a shift."""
    n = int(rng.integers(3, 7))
    return {
        "x": [_values(rng, n) for _ in range(calls)] if x is None else [np.asarray(v, "float32") for v in x],
        "slope": _draw(rng, 1.5, 2.5) if slope is None else slope,
        "shift": _draw(rng, 0.5, 1.5) if shift is None else shift,
    }


def noisy(rng, *, free=False, x=None, seed=None, calls=4, dtype="float32"):
    """Matrices to add noise to; with `free`, of different lengths in a graph that leaves the length open."""
    d = int(rng.integers(2, 5))
    if x is None:
        lengths = rng.permutation(np.arange(3, 8))[:calls] if free else [3] * calls
        x = [_values(rng, (int(n), d)) for n in lengths]
    return {
        "x": [np.asarray(value, dtype) for value in x],
        "free": free,
        "seed": int(rng.integers(1, 10**6)) if seed is None else seed,
    }


def log_value(rng, *, x=None, calls=4):
    """Numbers to log, quarters so that nothing is rounded."""
    if x is None:
        x = rng.permutation(np.arange(1, 40))[:calls] / 4
    return {"x": np.asarray(x, "float32")}


def fit(rng, *, fits=1, steps=7, schedule=None, data=None, dtype="float32"):
    """Data and weights of one or more fits, all of the same shapes, and a schedule.

    Args:
        fits: how many, where the data is drawn.
        steps: how many, where the schedule is drawn; four rates are different.
        schedule: the rates.
        data: [x, y, weights] of a single fit.
        dtype: of all arrays.
    """
    if schedule is None:
        rates = [_draw(rng, 0.02 + 0.03 * i, 0.04 + 0.03 * i) for i in range(4)]
        order = [0, 1, 2, 3, *(int(i) for i in rng.integers(0, 4, steps - 4))]
        schedule = [rates[order[int(i)]] for i in rng.permutation(steps)]
    if data is None:
        n, d = int(rng.integers(6, 9)), int(rng.integers(2, 5))
        drawn = [[_values(rng, shape, dtype) for shape in ((n, d), (n, 1), (d, 1))] for _ in range(fits)]
    else:
        drawn = [[np.asarray(value, dtype) for value in data]]
    names = ("x", "y", "weights")
    return {"schedule": schedule, "fits": [dict(zip(names, each, strict=True)) for each in drawn]}
