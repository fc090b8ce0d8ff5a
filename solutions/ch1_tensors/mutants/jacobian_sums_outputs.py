"""The gradient of the whole vector is taken, which adds up the rows of the Jacobian.

fails: jacobian
hint: The gradient of a vector is the gradient of its sum: n numbers. A Jacobian has a row for each output.
"""


def jacobian(f, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)
