"""For a function that does not depend on x the rows are None, and cannot be stacked.

fails: jacobian
hint: None means: not connected. An output that does not change with x has a derivative, and it is zero.
"""


def jacobian(f, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.unstack(f(x))
    rows = [tape.gradient(output, x) for output in outputs]
    del tape
    return tf.stack(rows)
