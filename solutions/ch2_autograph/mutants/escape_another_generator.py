"""The noise comes from `tf.random.normal`, not from the generator.

fails: escape
hint: It is new in every run, but the generator that was handed over, with its seed and its state, is not used.
"""


def noisy(x, generator):
    return x + tf.random.normal(tf.shape(x), dtype=x.dtype)
