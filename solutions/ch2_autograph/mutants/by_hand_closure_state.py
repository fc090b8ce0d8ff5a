"""The body keeps x in a list of its own instead of passing it from one iteration to the next.

fails: by_hand
hint: The body is traced in a graph of its own, and a tensor of that graph cannot leave it. What changes from one iteration to the next must be one of the loop's variables.
"""


def iterate(step, x, n):
    state = [x]

    def body(i):
        state[0] = step(state[0])
        return (i + 1,)

    tf.while_loop(lambda i: i < n, body, (tf.zeros_like(n),))
    return state[0]
