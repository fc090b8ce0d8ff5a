"""Every shape gets a graph of its own; nothing becomes free.

fails: graph_factory
hint: With lengths that never repeat, this makes a graph for every call. The second length of an axis should free it.
"""


class GraphFactory:
    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind = (x.dtype, tuple(x.shape))
        if kind not in self._graphs:
            self._graphs[kind] = self._function.get_concrete_function(tf.TensorSpec(x.shape, x.dtype))
            self.num_graphs += 1
        return self._graphs[kind](x)
