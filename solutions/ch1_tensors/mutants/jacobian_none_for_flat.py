"""For a function without curvature `hvp` gives None.

fails: jacobian
hint: None means: not connected. Here that means zero: say so with `unconnected_gradients`, or put zeros there
  yourself.
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
