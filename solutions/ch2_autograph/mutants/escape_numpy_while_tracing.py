"""`np_fn` is called once, while tracing, and its result is a constant of the graph.

fails: escape
hint: Whatever array you hand it then, it is not the one of the run. `tf.numpy_function` calls back in every run.
"""


def host_call(np_fn, x):
    import numpy as np

    example = np.zeros(x.shape, x.dtype.as_numpy_dtype)
    return tf.constant(np_fn(example))
