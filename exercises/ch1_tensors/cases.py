"""How the inputs of a test are drawn: pure NumPy, `(rng, **choices) -> inputs`, one function a probe.

All that is random comes from `rng`; a case with values of its own draws nothing. Sizes are all different and above 1,
so that a swapped axis shows.
"""

import numpy as np


def _array(values, dtype="float32"):
    return np.asarray(values, dtype)


def _away_from_zero(rng, shape, low=0.5, high=2.0):
    return _array(rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape))


# --- quantize


def to_int8(rng, *, where=None, dtype="float32", x=None, scale=None):
    """Real numbers to be quantized.

    Args:
        where: "inside" the range, away from ties but for a few that round alike in most ways; "ties"; "above" the
            range; "below" it, -128 and what rounds to it included.
        dtype: of x.
        x, scale: instead of drawn ones.
    """
    if x is None:
        scale = float(rng.choice([0.0625, 0.125, 0.25, 2.0]))  # x / scale is then exact
        sign = rng.choice([-1.0, 1.0], 12)
        if where == "inside":
            near = rng.integers(1, 120, 12) + rng.uniform(0.1, 0.4, 12) * rng.choice([-1.0, 1.0], 12)
            near[:3] = rng.integers(1, 120, 3) - 0.25  # where cutting off differs from rounding
            odd = 2 * rng.integers(0, 50, 4) + 1.5
            steps = np.concatenate([near * sign, odd])
        elif where == "ties":
            steps = (2 * rng.integers(0, 60, 12) + 0.5) * sign
            steps[:2] = np.abs(steps[:2]) * [1, -1]
        elif where == "above":
            steps = rng.uniform(130, 500, 12)
        else:
            steps = np.concatenate([[-128.0], rng.uniform(-128.4, -128.1, 3), rng.uniform(-500, -130, 8)])
        x = rng.permutation(steps).reshape(-1, 4) * scale
    return {"x": _array(x, dtype), "scale": scale}


def from_int8(rng, *, dtype=None, q=None, scale=None):
    """Integers to go back from; `dtype` is asked for by name, None leaves the default."""
    if q is None:
        scale = float(np.round(rng.uniform(0.1, 0.9), 3))
        q = rng.integers(-128, 128, (3, 5))
    return {"q": _array(q, "int8"), "scale": scale, "dtype": dtype}


# --- pairwise_distances


def distances(rng, *, offset=0.0, dtype="float32", unknown=False, a=None, b=None):
    """Two sets of points.

    Args:
        offset: how far from the origin they lie; near it, the two sets are well apart.
        dtype: of the points.
        unknown: whether the sizes are unknown when the graph is made.
        a, b: instead of drawn ones.
    """
    if a is None:
        n, m, d = (int(size) for size in rng.permutation([3, 4, 6]))
        a, b = rng.uniform(0.5, 2.0, (n, d)), rng.uniform(-2.0, -0.5, (m, d))
        if offset:
            b = a[rng.integers(0, n, m)] + rng.uniform(0.1, 0.5, (m, d))
    return {"a": _array(np.add(a, offset), dtype), "b": _array(np.add(b, offset), dtype), "unknown": unknown}


def many_distances(rng, *, rows):
    """Many points against few."""
    d = int(rng.integers(2, 4))
    return {"many": _array(rng.uniform(0.5, 2.0, (rows, d))), "few": _array(rng.uniform(-2.0, -0.5, (4, d)))}


# --- split_heads


def split_heads(rng, *, unknown=False, x=None, heads=None):
    """Features [b, t, h*d] and a number of heads."""
    if x is None:
        b, t, heads, d = (int(size) for size in rng.permutation([2, 3, 4, 5]))
        x = rng.normal(size=(b, t, heads * d))
    return {"x": _array(x), "heads": heads, "unknown": unknown}


def merge_heads(rng, *, unknown=False, x=None):
    """Features [b, h, t, d]."""
    if x is None:
        x = rng.normal(size=rng.permutation([2, 3, 4, 5]))
    return {"x": _array(x), "unknown": unknown}


def scores(rng, *, q=None, k=None):
    """Queries [b, h, t, d] and keys [b, h, s, d]."""
    if q is None:
        b, h, t, d, s = (int(size) for size in rng.permutation([2, 3, 4, 5, 6]))
        q, k = _away_from_zero(rng, (b, h, t, d)), _away_from_zero(rng, (b, h, s, d))
    return {"q": _array(q), "k": _array(k)}


# --- group_mean


def group_mean(
    rng,
    *,
    order="sorted",
    empty=False,
    default=None,
    dtype="float32",
    values=None,
    groups=None,
    num_groups=None,
    single=False,
):
    """Rows and the groups they belong to.

    Args:
        order: "sorted", or "any".
        empty: whether two groups have no rows, the last one of them.
        default: as in `group_mean`; None leaves it out. With one, a group has mean exactly 0.
        dtype: of the values.
        values, groups, num_groups: instead of drawn ones.
        single: whether one group has a single row.
    """
    if values is None:
        num_groups = int(rng.integers(6, 9))
        sizes = rng.integers(2, 5, num_groups)
        if single:
            sizes[int(rng.integers(num_groups))] = 1
        if empty:
            sizes[[int(rng.integers(1, 3)), -1]] = 0
        groups = np.repeat(np.arange(num_groups), sizes)
        values = _away_from_zero(rng, (len(groups), 3))
        if default is not None:
            # all but the first row add up to its opposite: quarters, so that the sum is exactly 0
            rows = groups == 0
            quarters = rng.integers(1, 9, (int(rows.sum()), 3)) / 4
            quarters[0] = -quarters[1:].sum(axis=0)
            values[rows] = quarters
        if order == "any":
            mixed = rng.permutation(len(groups))
            values, groups = values[mixed], groups[mixed]
    return {
        "values": _array(values, dtype),
        "groups": _array(groups, "int32"),
        "num_groups": num_groups,
        "default": default,
    }


def many_groups(rng, *, rows):
    """Many rows in a few sorted groups, so few that a loop over the groups is quick too."""
    groups = np.sort(rng.integers(0, 6, rows))
    groups[-1] = 5
    return {"values": _array(rng.uniform(0.5, 2.0, (rows, 2))), "groups": _array(groups, "int32"), "num_groups": 6}


# --- masked_top_k


def masked_top_k(rng, *, kind=None, size=1.0, scores=None, mask=None, k=None):
    """Scores, a mask, and how many are wanted.

    Args:
        kind: "open", all count and are above 0; "masked", the largest do not count; "low", all are below 0 and those
            that count are as large as `size`; "few", some rows have fewer than k, what does not count is lowest;
            "ties", equal scores.
        size: of the scores that count, where they are "low".
        scores, mask, k: instead of drawn ones.
    """
    if scores is None:
        b, n, k = 5, 8, 3
        spread = np.array([rng.permutation(n) for _ in range(b)])  # no two alike in a row
        scores = 1.0 + spread + rng.uniform(0.1, 0.4, (b, n))
        mask = np.ones((b, n), bool)
        if kind == "masked":
            mask = spread < n - 1 - rng.integers(1, 3, (b, 1))
        elif kind == "low":
            mask = rng.permuted(np.arange(n) % 2 == 0, axis=0) & np.ones((b, 1), bool)
            scores = np.where(mask, -scores * size, -20.0 * size - scores)
        elif kind == "few":
            left = rng.permutation([0, 1, 2, 4, 5])[:, None]
            mask = spread >= n - left
        elif kind == "ties":
            scores = np.floor(scores / 3.0)
    return {"scores": _array(scores), "mask": _array(mask, "bool"), "k": k}


def many_top_k(rng, *, rows):
    """Many short rows, in which what does not count is lowest."""
    n = 5
    spread = rng.permuted(np.tile(np.arange(n), (rows, 1)), axis=1)
    return {"scores": _array(1.0 + spread), "mask": spread >= 1, "k": 2}


# --- running_stats


def stats(rng, *, sizes=None, offset=0.0, spread=(0.5, 1.5), batches=None):
    """Batches of rows; `sizes` says how many rows each has, each batch with a mean of its own.

    `spread` is between what the standard deviations of the columns lie; the means are as far apart.
    """
    if batches is None:
        d = int(rng.integers(3, 6))
        most = 4 / 3 * spread[1]
        batches = [rng.normal(rng.uniform(-most, most, d), rng.uniform(*spread, d), (n, d)) + offset for n in sizes]
    return {"batches": [_array(batch) for batch in batches]}


def stats_new(rng):
    """How many columns."""
    return {"d": int(rng.integers(3, 6))}


stats_reset = stats
stats_restored = stats
stats_kept = stats


# --- jacobian


def jacobian(rng, *, kind="constant", a=None, b=None, x=None, flat=False):
    """The function f(x) = tanh(a x) + b x**2 from R^n to R^m, and where; with `flat`, a function that is constant."""
    if a is None:
        m, n = (int(size) for size in rng.permutation([3, 5]))
        a, b = _away_from_zero(rng, (m, n), 0.1, 0.6), _away_from_zero(rng, (m, n))
        x = _away_from_zero(rng, n)
    return {"a": _array(a), "b": _array(b), "x": _array(x), "kind": kind, "flat": flat}


def hvp(rng, *, kind="constant", ones=False, linear=False, m=None, c=None, x=None, v=None):
    """The function f(x) = sum c exp(m x), or the linear one sum c x, where, and a vector.

    Args:
        kind: whether x comes as "constant" or as "variable".
        ones: whether v is all 1.
        linear: whether f is the linear function.
        m, c, x, v: instead of drawn ones.
    """
    if x is None:
        n = int(rng.integers(3, 6))
        m, c = _away_from_zero(rng, (n + 1, n), 0.1, 0.6), rng.uniform(0.5, 2.0, n if linear else n + 1)
        x, v = _away_from_zero(rng, n, 0.2, 0.8), np.ones(n) if ones else _away_from_zero(rng, n)
    return {"m": _array(m), "c": _array(c), "x": _array(x), "v": _array(v), "kind": kind, "linear": linear}


# --- straight_through


def round_ste(rng, *, upstream=False, x=None):
    """Numbers to round, ties among them; with `upstream`, gradients that come in and are not all 1."""
    if x is None:
        # of either sign some that lie nearer to 0 than their integer, and some further
        x = (rng.integers(1, 7, 8) + rng.uniform(0.1, 0.4, 8) * np.tile([-1.0, 1.0], 4)) * np.repeat([1.0, -1.0], 4)
        x = rng.permutation(np.concatenate([x, 2 * rng.integers(1, 4, 4) + 0.5]))
    x = _array(x)
    weights = _away_from_zero(rng, x.shape, 1.5, 3.0) if upstream else np.ones_like(x)
    return {"x": x, "upstream": weights}


def log_or_zero(rng, *, where=None, x=None):
    """Numbers that are "positive", some tiny; "negative" with some positive; or "zero" with some positive."""
    if x is None:
        x = rng.uniform(0.3, 4.0, 9)
        if where == "positive":
            x[:3] = 10.0 ** -rng.uniform(9, 12, 3)
        else:
            x[:4] = 0.0 if where == "zero" else -rng.uniform(0.3, 4.0, 4)
        x = rng.permutation(x).reshape(3, 3)
    x = _array(x)
    return {"x": x, "upstream": np.ones_like(x)}


# --- fit_linear


def fit(rng, *, steps=None, lr=None, x=None, y=None, weights=None):
    """Data, weights to begin with, a learning rate and a number of steps."""
    if x is None:
        n, d, steps = int(rng.integers(12, 17)), int(rng.integers(3, 6)), int(rng.integers(6, 10))
        lr = float(np.round(rng.uniform(0.05, 0.15), 3))
        x = rng.uniform(0, 1, (n, d))
        y = x @ np.arange(d)[:, None] + rng.normal(0, 0.1, (n, 1))
        weights = rng.uniform(-1, 1, (d, 1))
    return {"x": _array(x), "y": _array(y), "weights": _array(weights), "lr": lr, "steps": steps}


def recover(rng, *, n, d, lr, steps):
    """A linear law without noise, to be found from weights of 0."""
    x = _array(rng.uniform(0, 1, (n, d)))
    y = x @ _array(np.arange(d)[:, None])
    return fit(rng, x=x, y=y, weights=np.zeros((d, 1)), lr=lr, steps=steps)


def data(rng, *, rows=None, d=None, noise=0.0, seed=None):
    """The arguments of `make_data`."""
    return {
        "n": rows or int(rng.integers(20, 30)),
        "d": d or int(rng.integers(3, 7)),
        "noise": noise,
        "seed": int(rng.integers(1, 10_000)) if seed is None else seed,
    }


data_again = data
data_between = data
