"""`step` is called twice for each row: for what is written, and again for the next state.

fails: scan
hint: Compute the new state once, give it a name, then write it and carry it on.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    states = tf.TensorArray(s.dtype, size=n, element_shape=s.shape)
    for i in tf.range(n):
        states = states.write(i, step(s, xs[i]))
        s = step(s, xs[i])
    return states.stack()
