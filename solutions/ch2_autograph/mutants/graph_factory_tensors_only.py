"""x is taken for a tensor, so that an array cannot be asked for its rank.

fails: graph_factory
hint: x may be an array too. What makes a tensor of either?
"""


class GraphFactory:
    def __call__(self, x):
        kind, sizes = (x.dtype, x.shape.rank), tuple(x.shape)
        known, graph = self._graphs.get(kind, (sizes, None))
        wider = tuple(a if a == b else None for a, b in zip(known, sizes))
        if graph is None or wider != known:
            graph = self._function.get_concrete_function(tf.TensorSpec(wider, x.dtype))
            self._graphs[kind] = (wider, graph)
            self.num_graphs += 1
        return graph(x)
