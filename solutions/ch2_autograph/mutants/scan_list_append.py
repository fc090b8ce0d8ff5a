"""The states are collected in a Python list.

fails: scan
hint: The body of the loop is traced once: the list gets one entry, a tensor of the body's own graph, which cannot leave it. Use a `tf.TensorArray`.
"""


def scan(step, s, xs):
    states = []
    for i in tf.range(tf.shape(xs)[0]):
        s = step(s, xs[i])
        states.append(s)
    return tf.stack(states)
