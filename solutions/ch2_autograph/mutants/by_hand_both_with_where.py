"""Both branches are called first, and then `tf.where` (or `tf.cond`) chooses between the two results.

fails: by_hand
hint: `tf.where` chooses between two tensors that must exist already. `tf.cond` chooses what is computed, if you call `on_true` and `on_false` only inside its callables.
"""


def choose(pred, on_true, on_false, x):
    return tf.where(pred, on_true(x), on_false(x))
