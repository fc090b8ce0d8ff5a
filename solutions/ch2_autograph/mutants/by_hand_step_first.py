"""The step is taken before the condition is asked, so n = 0 takes one step.

fails: by_hand
hint: A `while` asks first. Which of your calls of `step` happens whatever n is?
"""


def iterate(step, x, n):
    def body(i, x, y):
        return i + 1, y, step(y)

    _, x, y = tf.while_loop(
        lambda i, x, y: i < n - 1, lambda i, x, y: (i + 1, step(x), y), (tf.zeros_like(n), step(x), x)
    )
    return x
