"""In `hvp` the tapes are not told to watch x, which works for variables only.

fails: jacobian
hint: Both tapes have to watch a constant, the outer one too.
"""


def hvp(f, x, v):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
        gradient = inner.gradient(y, x)
    return outer.gradient(gradient, x, output_gradients=v, unconnected_gradients="zero")
