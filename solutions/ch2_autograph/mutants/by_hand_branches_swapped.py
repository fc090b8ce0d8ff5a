"""The two branches have changed places.

fails: by_hand
hint: `tf.cond(pred, true_fn, false_fn)`: the first callable is for true. `tf.switch_case` counts from 0, and false is 0.
"""


def choose(pred, on_true, on_false, x):
    return tf.switch_case(tf.cast(pred, tf.int32), [lambda: on_true(x), lambda: on_false(x)])
