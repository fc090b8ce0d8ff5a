"""What `TensorArray.write` returns is dropped, so that nothing is written in a graph.

fails: scan
hint: In a graph `write` does not change the array, it returns another one: `states = states.write(i, s)`.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    states = tf.TensorArray(s.dtype, size=n, element_shape=s.shape)
    for i in tf.range(n):
        s = step(s, xs[i])
        states.write(i, s)
    return states.stack()
