"""The noise is float32 whatever x is.

fails: escape
hint: `normal` draws float32 unless it is told a dtype. Numbers of two dtypes cannot be added.
"""


def noisy(x, generator):
    return x + generator.normal(tf.shape(x))
