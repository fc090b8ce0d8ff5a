"""The graphs are found by the values of the array, and are made for them.

fails: graph_factory
hint: A graph computes with whatever values it is given. Only dtype and shape are part of the key.
"""


class GraphFactory:
    def __init__(self, fn):
        self._fn = fn
        self._graphs = {}
        self.num_graphs = 0

    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind = (x.dtype, tuple(x.shape), x.numpy().tobytes())
        if kind not in self._graphs:
            self._graphs[kind] = tf.function(self._fn).get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
            self.num_graphs += 1
        return self._graphs[kind](x)
