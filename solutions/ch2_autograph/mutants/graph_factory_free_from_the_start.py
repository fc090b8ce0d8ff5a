"""All axes are free from the first graph on.

fails: graph_factory
hint: Then no code in `fn` can know a size while it is traced. An axis stays fixed until a second size is seen.
"""


class GraphFactory:
    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind = (x.dtype, x.shape.rank)
        if kind not in self._graphs:
            spec = tf.TensorSpec([None] * x.shape.rank, x.dtype)
            self._graphs[kind] = self._function.get_concrete_function(spec)
            self.num_graphs += 1
        return self._graphs[kind](x)
