"""The array is made for float32, whatever the states are.

fails: scan
hint: Ask s for its dtype.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    states = tf.TensorArray(tf.float32, size=n, element_shape=s.shape)
    for i in tf.range(n):
        s = step(s, xs[i])
        states = states.write(i, s)
    return states.stack()
