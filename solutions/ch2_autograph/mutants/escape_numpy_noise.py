"""The noise is drawn by NumPy while tracing, and is the same in every run.

fails: escape
hint: `np.random` is Python: it runs once and leaves a constant in the graph. The generator's `normal` is an operation.
"""


def noisy(x, generator):
    import numpy as np

    length = 1 if x.shape[0] is None else x.shape[0]
    return x + tf.constant(np.random.normal(size=(length, x.shape[1])), x.dtype)
