"""A tape that is not persistent is asked for a second gradient.

fails: jacobian
hint: After its first answer a tape has let go of what it recorded. How do you tell it that you will ask again?
"""


def jacobian(f, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = tf.unstack(f(x))
    return tf.stack([tape.gradient(output, x) for output in outputs])
