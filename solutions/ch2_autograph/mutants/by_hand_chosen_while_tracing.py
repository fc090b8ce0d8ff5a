"""The branch is chosen while tracing, by the static value of pred, which is unknown.

fails: by_hand
hint: `tf.get_static_value` of an argument is None in a graph, and None counts as false: every run takes the same branch.
"""


def choose(pred, on_true, on_false, x):
    return on_true(x) if tf.get_static_value(pred) else on_false(x)
