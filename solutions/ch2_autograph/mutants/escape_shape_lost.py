"""The result of `tf.numpy_function` is returned as it is, with an unknown shape.

fails: escape
hint: The graph cannot know what NumPy returns, you do: `set_shape` or `tf.ensure_shape`.
"""


def host_call(np_fn, x):
    return tf.numpy_function(np_fn, [x], x.dtype)
