"""The first gradient is taken outside the outer tape, which therefore knows nothing of it.

fails: jacobian
hint: What an outer tape is to differentiate has to happen while it records: move `inner.gradient` into its block.
"""


def hvp(f, x, v):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
    gradient = inner.gradient(y, x)
    return outer.gradient(gradient, x, output_gradients=v)
