"""The first row is handled before the loop, although there may be no row.

fails: scan
hint: With n = 0 there is no `xs[0]`. A loop whose body may never run handles every row itself.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    s = step(s, xs[0])
    states = tf.TensorArray(s.dtype, size=n, element_shape=s.shape).write(0, s)
    for i in tf.range(1, n):
        s = step(s, xs[i])
        states = states.write(i, s)
    return states.stack()
