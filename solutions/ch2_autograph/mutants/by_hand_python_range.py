"""The loop is Python's `range(n)`, which needs the value of n while tracing.

fails: by_hand
hint: While the graph is made, n is a promise without a value. The loop must be an operation: `tf.while_loop`.
"""


def iterate(step, x, n):
    for _ in range(n):
        x = step(x)
    return x
