"""The noise is asked for in the static shape, which is not known where the length is open.

fails: escape
hint: `x.shape` may hold None while tracing; `tf.shape(x)` is the shape of the run.
"""


def noisy(x, generator):
    return x + generator.normal(x.shape, dtype=x.dtype)
