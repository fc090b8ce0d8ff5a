"""The gradients of the outputs stand as columns.

fails: jacobian
hint: Output i belongs to row i. Along which axis do you stack?
"""


def jacobian(f, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.unstack(f(x))
    return tf.stack([tape.gradient(output, x) for output in outputs], axis=1)
