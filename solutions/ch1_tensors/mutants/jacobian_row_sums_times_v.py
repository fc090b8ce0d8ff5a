"""The gradient of the gradient is multiplied by v element by element.

fails: jacobian
hint: The gradient of a gradient is the row sums of the Hessian. v has to weigh the entries before they are summed.
"""


def hvp(f, x, v):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        gradient = inner.gradient(y, x)
    return outer.gradient(gradient, x, unconnected_gradients="zero") * v
