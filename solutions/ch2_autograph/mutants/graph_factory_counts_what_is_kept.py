"""`num_graphs` is the number of entries in the dictionary, in which a wider graph has replaced its predecessor.

fails: graph_factory
hint: When an axis becomes free, a second graph has been made, although only one is kept. Count when you make one.
"""


class GraphFactory:
    def __init__(self, fn):
        self._function = tf.function(fn)
        self._graphs = {}

    @property
    def num_graphs(self):
        return len(self._graphs)

    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind, sizes = (x.dtype, x.shape.rank), tuple(x.shape)
        known, graph = self._graphs.get(kind, (sizes, None))
        wider = tuple(a if a == b else None for a, b in zip(known, sizes))
        if graph is None or wider != known:
            graph = self._function.get_concrete_function(tf.TensorSpec(wider, x.dtype))
            self._graphs[kind] = (wider, graph)
        return graph(x)
