"""The states are grown by `tf.concat`, whose shape changes from one iteration to the next.

fails: scan
hint: A variable of a loop in the graph has one shape for all iterations. A `tf.TensorArray` is made to be filled.
"""


def scan(step, s, xs):
    states = tf.zeros([0, s.shape[0]], s.dtype)
    for i in tf.range(tf.shape(xs)[0]):
        s = step(s, xs[i])
        states = tf.concat([states, s[None]], axis=0)
    return states
