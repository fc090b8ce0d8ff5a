"""The loop runs over `range(xs.shape[0])`, which is None where the length is open.

fails: scan
hint: `xs.shape` is what is known while tracing; `tf.shape(xs)` is what the run will bring.
"""


def scan(step, s, xs):
    n = tf.shape(xs)[0]
    states = tf.TensorArray(s.dtype, size=n, element_shape=s.shape)
    for i in range(xs.shape[0]):
        s = step(s, xs[i])
        states = states.write(i, s)
    return states.stack()
