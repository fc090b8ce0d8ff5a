"""The work is left to `reduce_retracing=True`.

fails: graph_factory
hint: It does nearly this, and here you write it yourself: with `get_concrete_function` for the sizes that you choose.
"""


class GraphFactory:
    def __init__(self, fn):
        self.num_graphs = 0

        def counted(x):
            self.num_graphs += 1
            return fn(x)

        self._function = tf.function(counted, reduce_retracing=True)

    def __call__(self, x):
        return self._function(tf.convert_to_tensor(x))
