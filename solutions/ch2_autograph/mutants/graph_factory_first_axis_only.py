"""Only the first axis can become free; another width makes a graph of its own.

fails: graph_factory
hint: The first axis is nothing special: treat all of them alike.
"""


class GraphFactory:
    def __call__(self, x):
        x = tf.convert_to_tensor(x)
        kind, length = (x.dtype, *x.shape[1:]), x.shape[0]
        known, graph = self._graphs.get(kind, (length, None))
        wider = length if known == length else None
        if graph is None or wider != known:
            graph = self._function.get_concrete_function(tf.TensorSpec([wider, *x.shape[1:]], x.dtype))
            self._graphs[kind] = (wider, graph)
            self.num_graphs += 1
        return graph(x)
