"""A new graph is made in every call and thrown away after it.

fails: graph_factory
hint: Tracing costs far more than running. Keep the graphs, in a dictionary.
"""


class GraphFactory:
    def __init__(self, fn):
        self._fn = fn
        self.num_graphs = 0

    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        self.num_graphs += 1
        return tf.function(self._fn).get_concrete_function(tf.TensorSpec(x.shape, x.dtype))(x)
