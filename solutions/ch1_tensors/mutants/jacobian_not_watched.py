"""The tape is not told to watch x, which works for variables only.

fails: jacobian
hint: A tape watches variables by itself and constants only when told to. What is `tape.gradient` of something
  unwatched?
"""


def jacobian(f, x):
    with tf.GradientTape(persistent=True) as tape:
        outputs = tf.unstack(f(x))
    return tf.stack([tape.gradient(output, x, unconnected_gradients="zero") for output in outputs])
