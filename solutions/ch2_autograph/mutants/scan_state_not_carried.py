"""Every step starts from the first state.

fails: scan
hint: The state must be one of the loop's variables: `s = step(s, ...)`, under the same name.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    states = tf.TensorArray(s.dtype, size=n, element_shape=s.shape)
    for i in tf.range(n):
        states = states.write(i, step(s, xs[i]))
    return states.stack()
