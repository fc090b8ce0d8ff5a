"""The branch is chosen by a Python `if`, which needs the value of pred while tracing.

fails: by_hand
hint: Without AutoGraph a Python `if` asks for a value that is not there yet. `tf.cond` puts the question into the graph.
"""


def choose(pred, on_true, on_false, x):
    if pred:
        return on_true(x)
    return on_false(x)
