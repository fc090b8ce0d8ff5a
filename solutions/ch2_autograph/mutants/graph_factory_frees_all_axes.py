"""The second shape frees all axes, also those on which only one size was seen.

fails: graph_factory
hint: Compare axis by axis: an axis that is the same in both shapes keeps its size.
"""


class GraphFactory:
    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind, sizes = (x.dtype, x.shape.rank), tuple(x.shape)
        known, graph = self._graphs.get(kind, (sizes, None))
        wider = known if known == sizes or None in known else (None,) * len(sizes)
        if graph is None or wider != known:
            graph = self._function.get_concrete_function(tf.TensorSpec(wider, x.dtype))
            self._graphs[kind] = (wider, graph)
            self.num_graphs += 1
        return graph(x)
