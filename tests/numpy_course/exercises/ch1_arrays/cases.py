"""How inputs are drawn: pure NumPy, all randomness from `rng`."""

import numpy as np


def _matrix(rng, n, d, dtype):
    return (3 * rng.standard_normal((n, d)) + rng.uniform(2, 5, size=d)).astype(dtype)


def centered(rng, n=5, d=3, dtype="float32"):
    """A matrix whose columns have different means."""
    return {"x": _matrix(rng, n, d, dtype)}


def normalised(rng, n=6, d=3, dtype="float32", constant=False):
    """A matrix; with `constant`, its first column has no spread at all."""
    x = _matrix(rng, n, d, dtype)
    if constant:
        x[:, 0] = 4
    return {"x": x}


def means(rng, steps=4, n=3, d=2):
    """A stream of batches, float32, each with its own number of rows."""
    return {"batches": [_matrix(rng, n + i, d, "float32") for i in range(steps)]}


def two_streams(rng, steps=3, d=2):
    """Two streams that arrive in turn."""
    return {
        "first": [_matrix(rng, 3, d, "float32") for _ in range(steps)],
        "second": [_matrix(rng, 2, d, "float32") for _ in range(steps)],
    }


def shuffled(rng, n=20):
    """Tagged rows: row i of x starts with i, and y is i."""
    y = np.arange(n, dtype=np.int64)
    x = np.stack([y.astype(np.float64), rng.standard_normal(n)], axis=1)
    return {"x": x, "y": y, "seed": int(rng.integers(2**31))}
